package resumable

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"github.com/osssync/osssync/iter"
)

// FileStore is a Store with one JSON file a record in one directory, as of
// [NewFileStore]. Records name local paths and upload ids, so directory and
// files are private to the user. It is safe for concurrent use, also by
// several processes.
type FileStore struct {
	dir string
}

// NewFileStore opens a store, making its directory with mode 0700 if it is
// missing.
func NewFileStore(dir string) (*FileStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("record store: %w", err)
	}
	return &FileStore{dir: dir}, nil
}

// DefaultStoreDir is where records are kept when no Store is given:
// osssync/resumable below $XDG_STATE_HOME, if that is an absolute path, else
// below ~/.local/state, or below %LocalAppData% on Windows.
func DefaultStoreDir() (string, error) {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "osssync", "resumable"), nil
	}
	if runtime.GOOS == "windows" {
		local, err := os.UserCacheDir()
		return filepath.Join(local, "osssync", "resumable"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "osssync", "resumable"), err
}

var recordName = regexp.MustCompile(`^[0-9a-f]{32}(--[0-9a-f]{32}){1,2}$`)

func (s *FileStore) path(key string) (string, error) {
	if !recordName.MatchString(key) {
		return "", fmt.Errorf("%w: record key %q", ErrInvalid, key)
	}
	return filepath.Join(s.dir, key), nil
}

// Get implements Store. A file that is no JSON is removed, for it is of no use
// to anybody, and reported as no record.
func (s *FileStore) Get(key string) ([]byte, error) {
	name, err := s.path(key)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if !json.Valid(data) {
		return nil, s.Delete(key)
	}
	return data, nil
}

// Put implements Store: the record replaces the old one in one step, after it
// has reached the disk.
func (s *FileStore) Put(key string, record []byte) error {
	name, err := s.path(key)
	if err != nil {
		return err
	}
	if err := replaceFile(name, record); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

func replaceFile(name string, content []byte) error {
	dir := filepath.Dir(name)
	f, err := os.CreateTemp(dir, ".record-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return syncDir(d)
}

// Delete implements Store.
func (s *FileStore) Delete(key string) error {
	name, err := s.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Record is what a stored record says of its transfer.
type Record struct {
	StoreKey  string // key in the Store
	Op        string // OpUpload or OpDownload
	Scope     string // as in the options
	Bucket    string
	Key       string // of the object
	VersionID string // of the object; downloads only
	File      string // absolute path of the local file
	Size      int64  // bytes of the whole
	UploadID  string // uploads only
	TempFile  string // absolute path of the temporary file; downloads only
}

// Records lists what the store holds, in no order: the uploads and temporary
// files that are still owned. A record that cannot be read or understood comes
// with an error and only its StoreKey, and the listing goes on; any other error
// ends it. Records made or removed meanwhile may show or not.
func (s *FileStore) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		dir, err := os.Open(s.dir)
		if err != nil {
			yield(Record{}, fmt.Errorf("record store: %w", err))
			return
		}
		defer dir.Close()
		for {
			entries, err := dir.ReadDir(256)
			for _, entry := range entries {
				if recordName.MatchString(entry.Name()) && !yield(s.record(entry.Name())) {
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
	data, err := os.ReadFile(filepath.Join(s.dir, key))
	if err != nil {
		return Record{StoreKey: key}, fmt.Errorf("record: %w", err)
	}
	var bound binding
	if err := json.Unmarshal(data, &bound); err != nil {
		return Record{StoreKey: key}, fmt.Errorf("record %q: %w", key, err)
	}
	r := Record{StoreKey: key, Op: bound.Op, Scope: bound.Scope, Bucket: bound.Bucket, Key: bound.Key, File: bound.File}
	switch bound.Op {
	case OpUpload:
		rec, err := decodeUpload(data, bound)
		r.Size, r.UploadID = rec.Size, rec.UploadID
		return wholeOr(r, err)
	case OpDownload:
		rec, err := decodeDownload(data, bound)
		r.Size, r.VersionID, r.TempFile = rec.Size, rec.VersionID, filepath.Join(filepath.Dir(bound.File), rec.Temp)
		return wholeOr(r, err)
	}
	return Record{StoreKey: key}, fmt.Errorf("record %q: operation %q", key, bound.Op)
}

func wholeOr(r Record, err error) (Record, error) {
	if err != nil {
		return Record{StoreKey: r.StoreKey}, fmt.Errorf("record %q: %w", r.StoreKey, err)
	}
	return r, nil
}
