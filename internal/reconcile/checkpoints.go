package reconcile

import (
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
