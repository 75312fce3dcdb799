package reconcile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"runtime"
	"time"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

const (
	// maxTemps bounds how many leftovers one run looks at; the next sees the rest.
	maxTemps = 10_000
	// tempAge is how long a temporary file must have been left alone. Downloads
	// write to theirs all the time, and give up after minutes without a byte; plans
	// are made in one go.
	tempAge = time.Hour
)

func (s *sources) noteTemp(p string) {
	if len(s.temps) < maxTemps && resumable.IsTempName(path.Base(p)) {
		s.temps = append(s.temps, p)
	}
}

// sweep removes what transfers left that were broken off: temporary files that no
// checkpoint of the mapping goes on with, if they are of earlier runs of it, or
// nobody has written to them for a while, so that they are no other program's
// either; and checkpoints that nothing can go on with, those of downloads once their
// files are gone. All of it is in the bucket or at the source.
func (p *Plan) sweep() error {
	p.removePlans()
	if err := p.dropUnfinished(); err != nil {
		return err
	}
	records, err := p.records()
	if err != nil || len(records)+len(p.temps) == 0 {
		return err
	}
	if err := p.settle(records); err != nil {
		return err
	}
	useless, err := p.useless(records)
	if err != nil {
		return err
	}
	if p.Mapping.Direction == spec.Pull {
		if err := p.removeTemps(records, useless); err != nil {
			return fmt.Errorf("leftover of a download: %w", err)
		}
	}
	return p.dropRecords(records, useless)
}

// dropUnfinished removes checkpoints that were never written to their end.
func (p *Plan) dropUnfinished() error {
	if !p.alone {
		return nil
	}
	store, err := p.checkpoints()
	if err != nil {
		return err
	}
	return store.DropUnfinished()
}

// removePlans removes plan files that a process left which was killed, or could
// not remove them. What cannot be removed now is left to another run. A plan that is
// in use has no name, but on Windows.
func (p *Plan) removePlans() {
	atOnce := p.alone && runtime.GOOS != "windows"
	dir := filepath.Join(p.state, plansDir)
	entries, err := disk.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if info, err := disk.LstatPath(path); err == nil && (atOnce || p.session.opts.Now().Sub(info.ModTime()) >= tempAge) {
			_ = disk.RemovePath(path)
		}
	}
}

func (p *Plan) removeTemps(records []resumable.Record, useless map[string]bool) error {
	dead, err := p.deadMarks()
	if err != nil {
		return err
	}
	going := map[string]bool{}
	for _, r := range records {
		going[r.TempFile] = !useless[r.StoreKey] // "" for uploads
	}
	for _, temp := range p.temps {
		goes, recorded := going[filepath.Join(p.Mapping.Root, filepath.FromSlash(temp))]
		if goes {
			continue
		}
		if err := p.removeTemp(temp, recorded && p.alone || dead[resumable.TempMark(temp)]); err != nil {
			return err
		}
	}
	return nil
}

// removeTemp removes a temporary file that is ours, or was left alone for a while.
func (p *Plan) removeTemp(temp string, ours bool) error {
	info, err := disk.Lstat(p.root.FS(), temp)
	if err != nil || !info.Mode().IsRegular() || !ours && p.session.opts.Now().Sub(info.ModTime()) < tempAge {
		return nil
	}
	if err := disk.Remove(p.root.FS(), temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// useless returns the store keys of records that nothing goes on with: of downloads
// and uploads that are not pending any more, whose object no row of the plan transfers
// or leaves the question open. A saved plan that holds only a part of what is due
// tells nothing about that.
func (p *Plan) useless(records []resumable.Record) (map[string]bool, error) {
	useless := map[string]bool{}
	byKey := map[string]string{} // of the object: of the record
	for _, r := range records {
		if p.Beyond == 0 && !isIntent(&r) && (r.Op == resumable.OpDownload || !p.listed[r.UploadID]) {
			byKey[r.Key] = r.StoreKey
		}
	}
	if len(byKey) == 0 {
		return useless, nil
	}
	for row, err := range p.Section.Rows() {
		if err != nil {
			return nil, err
		}
		switch row.(type) {
		case *plan.Download, *plan.Upload, *plan.ResumeUpload, *plan.Conflict:
			delete(byKey, p.Mapping.Prefix+row.Where())
		}
	}
	for _, storeKey := range byKey {
		useless[storeKey] = true
	}
	return useless, nil
}

// dropRecords removes the useless ones of records, unless they own a temporary
// file.
func (p *Plan) dropRecords(records []resumable.Record, useless map[string]bool) error {
	store, err := p.checkpoints()
	if err != nil {
		return err
	}
	for _, r := range records {
		if !useless[r.StoreKey] {
			continue
		}
		drop := store.Release
		if r.Op == resumable.OpDownload {
			if _, err := disk.LstatPath(r.TempFile); !errors.Is(err, fs.ErrNotExist) {
				continue
			}
			drop = store.Delete
		}
		if err := drop(r.StoreKey); err != nil {
			return fmt.Errorf("useless checkpoint: %w", err)
		}
	}
	return nil
}
