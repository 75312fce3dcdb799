package reconcile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/resumable"
)

// checkpoints opens the records of the mapping's unfinished transfers.
func (p *Plan) checkpoints() (*resumable.FileStore, error) {
	return resumable.NewFileStore(filepath.Join(p.state, checkpointsDir))
}

// records reads them all: at most one for each transfer that was cut off. One
// that cannot be read owns nothing; what it may have named counts as anybody's
// and is left alone until it is old enough.
func (p *Plan) records() ([]resumable.Record, error) {
	store, err := p.checkpoints()
	if err != nil {
		return nil, err
	}
	var records []resumable.Record
	for record, err := range store.Records() {
		switch {
		case err != nil && record.StoreKey == "":
			return nil, err
		case err == nil:
			records = append(records, record)
		}
	}
	return records, nil
}

// uploadsOf returns the ids of the multipart uploads that records can go on with.
func uploadsOf(records []resumable.Record) map[string]bool {
	owned := map[string]bool{}
	for _, r := range records {
		if r.Op == resumable.OpUpload {
			owned[r.UploadID] = true
		}
	}
	return owned
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
	owned := map[string]bool{}
	entries, err := os.ReadDir(stateDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		dir := filepath.Join(stateDir, entry.Name(), checkpointsDir)
		if _, err := os.Stat(dir); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return nil, err
		}
		store, err := resumable.NewFileStore(dir)
		if err != nil {
			return nil, err
		}
		for record, err := range store.Records() {
			if errors.Is(err, fs.ErrNotExist) {
				continue // ended meanwhile
			}
			if err != nil {
				return nil, err
			}
			if record.Op == resumable.OpUpload {
				owned[record.UploadID] = true
			}
		}
	}
	return owned, nil
}
