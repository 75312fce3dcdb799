package reconcile

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
)

// checkpoints opens the records of the mapping's unfinished transfers.
func (p *Plan) checkpoints() (*resumable.FileStore, error) {
	return resumable.NewFileStore(filepath.Join(p.state, checkpointsDir))
}

// records reads them all: at most one for each transfer that was cut off. One
// that cannot be read is left out: no upload is aborted while it is there. One of a
// newer version is an error, for what it began is not to be begun anew.
func (p *Plan) records() ([]resumable.Record, error) {
	store, err := p.checkpoints()
	if err != nil {
		return nil, err
	}
	var records []resumable.Record
	for record, err := range store.Records() {
		switch {
		case err != nil && record.StoreKey == "", errors.Is(err, resumable.ErrNewer):
			return nil, err
		case err == nil:
			records = append(records, record)
		}
	}
	return records, nil
}

// owners is what checkpoints say of multipart uploads.
type owners struct {
	here map[string]plan.Stat // by upload id: those of the mapping, and the files they began with
	all  map[string]bool      // of the mapping and of all other work in the state folder

	doubt bool // a record cannot be read, and may own any upload
}

// owns reports whether a checkpoint may still go on with an upload.
func (o *owners) owns(uploadID string) bool { return o.doubt || o.all[uploadID] }

// owners reads all checkpoints of the state folder. Of the mapping's own the
// upload can be gone on with; all others are left to whom they belong.
func (p *Plan) owners(own []resumable.Record) (owners, error) {
	o := owners{here: map[string]plan.Stat{}}
	for _, r := range own {
		if r.Op == resumable.OpUpload {
			o.here[r.UploadID] = apply.StatOfFingerprint(r.Source)
		}
	}
	var err error
	o.all, err = ownedUploads(p.session.opts.StateDir, func(error) error { o.doubt = true; return nil })
	return o, err
}

// dropUpload removes the record of an upload that was aborted. It looks for the
// upload, not for the place of its record: an upload of the same file that began
// anew in this run has its record there by now.
func (p *Plan) dropUpload(uploadID string) error {
	records, err := p.records()
	if err != nil {
		return err
	}
	store, err := p.checkpoints()
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Op == resumable.OpUpload && r.UploadID == uploadID {
			return store.Delete(r.StoreKey)
		}
	}
	return nil
}

// Checkpoints returns the folder for the records of transfers that belong to no
// mapping, below a state folder.
func Checkpoints(stateDir string) string {
	return filepath.Join(stateDir, "transfers", checkpointsDir)
}

// OwnedUploads returns the ids of all multipart uploads that a record anywhere in
// a state folder can go on with: those of every mapping, and those of single
// transfers. A record that cannot be read is an error, for it may own any upload.
func OwnedUploads(stateDir string) (map[string]bool, error) {
	return ownedUploads(stateDir, func(err error) error { return err })
}

// ownedUploads asks unreadable what to do about each record that cannot be read.
func ownedUploads(stateDir string, unreadable func(error) error) (map[string]bool, error) {
	owned := map[string]bool{}
	entries, err := disk.ReadDir(stateDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		dir := filepath.Join(stateDir, entry.Name(), checkpointsDir)
		if info, err := disk.StatPath(dir); err != nil || !info.IsDir() {
			continue
		}
		store, err := resumable.NewFileStore(dir)
		if err != nil {
			return nil, err
		}
		for record, err := range store.Records() {
			switch {
			case errors.Is(err, fs.ErrNotExist): // ended meanwhile
			case err != nil:
				if err := unreadable(err); err != nil {
					return nil, err
				}
			case record.Op == resumable.OpUpload:
				owned[record.UploadID] = true
			}
		}
	}
	return owned, nil
}
