package reconcile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"time"

	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

const (
	// maxTemps bounds how many leftovers one run looks at; the next sees the rest.
	maxTemps = 10_000
	// tempAge is how long a temporary file must have been left alone. Downloads
	// write to theirs all the time, and give up after minutes without a byte.
	tempAge = time.Hour
)

func (s *sources) noteTemp(p string) {
	if len(s.temps) < maxTemps && resumable.IsTempName(path.Base(p)) {
		s.temps = append(s.temps, p)
	}
}

// sweep removes temporary files that downloads left in the tree when they were
// killed: those no checkpoint of the mapping goes on with, and which nobody has
// written to for a while, so that they are no other program's either. They hold
// nothing that is not in the bucket.
func (p *Plan) sweep() error {
	if p.Mapping.Direction != spec.Pull || len(p.temps) == 0 {
		return nil
	}
	records, err := p.records()
	if err != nil {
		return err
	}
	going := map[string]bool{}
	for _, r := range records {
		going[r.TempFile] = true // "" for uploads
	}
	for _, temp := range p.temps {
		if going[filepath.Join(p.Mapping.Root, filepath.FromSlash(temp))] {
			continue
		}
		info, err := p.root.FS().Lstat(temp)
		if err != nil || !info.Mode().IsRegular() || p.session.opts.Now().Sub(info.ModTime()) < tempAge {
			continue
		}
		if err := p.root.FS().Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("leftover of a download: %w", err)
		}
	}
	return nil
}
