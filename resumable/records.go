package resumable

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/iter"
)

// Record is what a stored record says of its transfer.
type Record struct {
	StoreKey  string // key in the Store
	Op        string // OpUpload or OpDownload
	Scope     string // as in the options
	Bucket    string
	Key       string      // of the object
	VersionID string      // of the object; downloads only
	File      string      // absolute path of the local file
	Size      int64       // bytes of the whole
	UploadID  string      // uploads only; "" for an intent, of which nobody has got the id
	Begun     []Window    // when uploads of Key may have begun whose ids are not known; uploads only
	Source    Fingerprint // of the file the upload began with; uploads only
	TempFile  string      // absolute path of the temporary file; downloads only
}

// Records lists what the store holds, in no order: the uploads and temporary
// files that are still owned. A record that cannot be read or understood comes
// with an error and only its StoreKey, and the listing goes on; any other error
// ends it. Records made or removed meanwhile may show or not.
func (s *FileStore) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		dir, err := disk.OpenPath(s.dir, os.O_RDONLY, 0)
		if err != nil {
			yield(Record{}, fmt.Errorf("record store: %w", err))
			return
		}
		defer dir.Close()
		for {
			names, err := disk.ReadNames(dir, 256)
			for _, name := range names {
				if recordName.MatchString(name) && !yield(s.record(name)) {
					return
				}
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Record{}, fmt.Errorf("record store: %w", err))
				return
			}
		}
	}
}

func (s *FileStore) record(key string) (Record, error) {
	data, err := disk.ReadFile(filepath.Join(s.dir, key))
	if err != nil {
		return Record{StoreKey: key}, fmt.Errorf("record: %w", err)
	}
	if isNewer(data) {
		return Record{StoreKey: key}, fmt.Errorf("record %q: %w", key, ErrNewer)
	}
	put, _ := splitLines(data)
	var bound binding
	if err := json.Unmarshal(put, &bound); err != nil {
		return Record{StoreKey: key}, fmt.Errorf("record %q: %w", key, err)
	}
	r := Record{StoreKey: key, Op: bound.Op, Scope: bound.Scope, Bucket: bound.Bucket, Key: bound.Key, File: bound.File}
	switch bound.Op {
	case OpUpload:
		rec, err := decodeUpload(data, bound)
		r.Size, r.UploadID, r.Begun, r.Source = rec.Size, rec.UploadID, rec.Begun, rec.Fingerprint
		return wholeOr(r, err)
	case OpDownload:
		rec, err := decodeDownload(data, bound)
		r.Size, r.VersionID, r.TempFile = rec.Size, rec.VersionID, filepath.Join(filepath.Dir(bound.File), rec.Temp)
		return wholeOr(r, err)
	}
	return Record{StoreKey: key}, fmt.Errorf("record %q: operation %q", key, bound.Op)
}

// Settle takes Begun out of the record of an upload, for who knows what became of all
// that it tells of; an intent is removed. What is not there, or no record of an upload
// that can be read, is left as it is.
func (s *FileStore) Settle(key string) error {
	return s.amend(key, func(rec *uploadRecord) { rec.Begun = nil })
}

// Release takes the upload id out of the record of an upload, for who knows that it
// is not pending any more: an intent is left, or nothing. What is not there, or no
// record of an upload that can be read, is left as it is.
func (s *FileStore) Release(key string) error {
	return s.amend(key, func(rec *uploadRecord) { rec.UploadID = "" })
}

// amend replaces the record of an upload by what change makes of it, or removes it
// if that tells of no upload.
func (s *FileStore) amend(key string, change func(*uploadRecord)) error {
	data, err := s.Get(key)
	if err != nil || data == nil {
		return err
	}
	var bound binding
	if err := json.Unmarshal(data, &bound); err != nil || bound.Op != OpUpload || isNewer(data) {
		return nil
	}
	rec, err := decodeUpload(data, bound)
	if err != nil {
		return nil
	}
	change(rec)
	if rec.UploadID == "" && len(rec.Begun) == 0 {
		return s.Delete(key)
	}
	changed, err := seal(rec)
	if err != nil {
		return err
	}
	return s.Put(key, changed)
}

func wholeOr(r Record, err error) (Record, error) {
	if err != nil {
		return Record{StoreKey: r.StoreKey}, fmt.Errorf("record %q: %w", r.StoreKey, err)
	}
	return r, nil
}
