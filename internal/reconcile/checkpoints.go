package reconcile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

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

	begun map[string][]plan.Unrecorded // by key: what the mapping may have begun that is in neither

	unread unread // records of the state folder
}

// unread is what there is of records that cannot be read, and of folders of records.
// Each may own any upload.
type unread struct {
	n      int
	first  string // its path
	why    error  // of the first
	folder bool   // the first is a folder
}

func (u *unread) add(path string, folder bool, why error) error {
	if u.n++; u.n == 1 {
		u.first, u.folder, u.why = path, folder, why
	}
	return nil
}

// notice tells what follows from it, nil if nothing does.
func (u *unread) notice() *Notice {
	if u.n == 0 {
		return nil
	}
	what := "checkpoint"
	hint := "if no other osssync is at work, remove that file: its transfer starts over then; what it had sent of an upload in parts stays in the bucket, and is billed, until it is aborted (see `osssync uploads`)"
	if u.folder {
		what, hint = "folder of checkpoints", "let this user read that folder"
	} else if errors.Is(u.why, resumable.ErrNewer) {
		hint = "let the version that wrote it end its transfer; or, " + hint
	}
	more := ""
	if u.n > 1 {
		more = fmt.Sprintf(" and %d more", u.n-1)
	}
	return &Notice{
		Fact: fmt.Sprintf("%s %q%s cannot be read (%v); any unfinished upload may belong to it, so none is aborted for its age", what, u.first, more, bare(u.why)),
		Hint: hint,
	}
}

// bare is an error without the name of the file, which is told beside it.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// owns reports whether a checkpoint may still go on with an upload.
func (o *owners) owns(uploadID string) bool { return o.unread.n > 0 || o.all[uploadID] }

// owners reads all checkpoints of the state folder. Of the mapping's own the
// upload can be gone on with; all others are left to whom they belong.
func (p *Plan) owners(own []resumable.Record) (owners, error) {
	o := owners{here: map[string]plan.Stat{}, all: map[string]bool{}}
	for _, r := range own {
		if r.UploadID != "" {
			o.here[r.UploadID] = apply.StatOfFingerprint(r.Source)
		}
	}
	intents := map[string]int{} // of anybody here, by key
	err := eachUpload(p.session.opts.StateDir, o.unread.add, func(r resumable.Record) {
		if r.UploadID != "" {
			o.all[r.UploadID] = true
		}
		if r.Bucket == p.Mapping.Bucket && len(r.Begun) > 0 {
			intents[r.Key]++
		}
	})
	o.begun = p.begun(own, intents)
	return o, err
}

// dropUpload has no record name an upload that was aborted. It looks for the
// upload, not for the place of its record: an upload of the same file that began
// anew in this run has its record there by now.
func (p *Plan) dropUpload(uploadID string) error {
	return p.amend(func(r *resumable.Record) bool { return r.Op == resumable.OpUpload && r.UploadID == uploadID }, (*resumable.FileStore).Release)
}

// amend applies change to the first record that is like that.
func (p *Plan) amend(is func(*resumable.Record) bool, change func(store *resumable.FileStore, storeKey string) error) error {
	records, err := p.records()
	if err != nil {
		return err
	}
	store, err := p.checkpoints()
	if err != nil {
		return err
	}
	for _, r := range records {
		if is(&r) {
			return change(store, r.StoreKey)
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
	owned := map[string]bool{}
	refuse := func(_ string, _ bool, err error) error { return err }
	err := eachUpload(stateDir, refuse, func(r resumable.Record) {
		if r.UploadID != "" {
			owned[r.UploadID] = true
		}
	})
	return owned, err
}

// eachUpload calls visit with the record of each upload in the state folder, and asks
// unreadable what to do about each record that cannot be read, or folder of records.
func eachUpload(stateDir string, unreadable func(path string, folder bool, err error) error, visit func(resumable.Record)) error {
	entries, err := disk.ReadDir(stateDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		dir := filepath.Join(stateDir, entry.Name(), checkpointsDir)
		info, err := disk.StatPath(dir)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || err == nil && !info.IsDir() {
			continue
		}
		store, err := resumable.NewFileStore(dir)
		if err != nil {
			if err := unreadable(dir, true, err); err != nil {
				return err
			}
			continue
		}
		for record, err := range store.Records() {
			switch {
			case errors.Is(err, fs.ErrNotExist): // ended meanwhile
			case err != nil:
				if err := unreadable(filepath.Join(dir, record.StoreKey), record.StoreKey == "", err); err != nil {
					return err
				}
			case record.Op == resumable.OpUpload:
				visit(record)
			}
		}
	}
	return nil
}
