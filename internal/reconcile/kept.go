package reconcile

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/index"
)

// keptPrefix begins the name of an index that is of elsewhere. The hash of its
// origin follows.
const keptPrefix = indexFile + ".elsewhere-"

// maxKept is how many indexes of elsewhere are kept: a state folder that several
// machines use in turn has one for each, and one of containers that have a new name
// at each start does not grow for ever.
const maxKept = 4

// keptIndex returns where the index of an origin is kept while the state is used
// at another one.
func keptIndex(state, origin string) string {
	return filepath.Join(state, keptPrefix+identity(origin))
}

// openKept opens the index of this place if it was kept. A run takes it up when it
// begins.
func (p *Plan) openKept() error {
	path := keptIndex(p.state, p.origin)
	x, err := index.Open(path, !p.locked)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, index.ErrDamaged):
		return nil
	case errors.Is(err, index.ErrBusy):
		return &LockedError{Mapping: p.Mapping.Name, Holder: readHolder(p.state)}
	case err != nil:
		return err
	}
	p.index, p.indexAt = x, path
	return nil
}

// takeUp puts the index of this place where it belongs, if it was kept.
func (p *Plan) takeUp() error {
	home := filepath.Join(p.state, indexFile)
	if p.index == nil || p.indexAt == home {
		return nil
	}
	err := p.index.Close()
	p.index = nil
	if err == nil {
		err = p.keepElsewhere()
	}
	if err == nil {
		err = disk.RenamePath(p.indexAt, home)
	}
	if err != nil {
		return err
	}
	p.indexAt = home
	p.index, err = index.Open(home, false)
	return err
}

// keepElsewhere makes room for the index of this place: that of elsewhere is kept
// until the state is used there again.
func (p *Plan) keepElsewhere() error {
	if p.elsewhere == "" {
		return nil
	}
	if err := disk.RenamePath(filepath.Join(p.state, indexFile), p.elsewhere); err != nil {
		return err
	}
	p.elsewhere = ""
	return p.dropOldest()
}

// dropOldest removes the indexes of elsewhere beyond maxKept, those first that were
// not written to for the longest time.
func (p *Plan) dropOldest() error {
	entries, err := disk.ReadDir(p.state)
	if err != nil {
		return err
	}
	var kept []fs.FileInfo
	for _, e := range entries {
		path := filepath.Join(p.state, e.Name())
		if !strings.HasPrefix(e.Name(), keptPrefix) || path == p.indexAt {
			continue
		}
		info, err := disk.LstatPath(path)
		if err != nil {
			return err
		}
		kept = append(kept, info)
	}
	slices.SortFunc(kept, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, info := range kept[min(maxKept, len(kept)):] {
		if err := disk.RemovePath(filepath.Join(p.state, info.Name())); err != nil {
			return err
		}
	}
	return nil
}
