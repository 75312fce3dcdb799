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
	"strings"
	"time"

	"github.com/osssync/osssync/internal/disk"
)

// FileStore is a Store, and an [Appender], with one file a record in one directory, as of
// [NewFileStore]: a line of JSON, and what was appended. Records name local paths and upload ids, so directory and
// files are private to the user. It is safe for concurrent use, also by
// several processes.
type FileStore struct {
	dir  string
	sync func(f *os.File) error
}

// NewFileStore opens a store, making its directory with mode 0700 if it is
// missing. What processes that died while they wrote a record have left is
// removed when it is an hour old.
func NewFileStore(dir string) (*FileStore, error) {
	if err := disk.MkdirAllDurable(dir, 0o700); err != nil {
		return nil, fmt.Errorf("record store: %w", err)
	}
	s := &FileStore{dir: dir, sync: disk.Sync}
	if err := s.sweep(time.Now().Add(-abandonedAfter)); err != nil {
		return nil, fmt.Errorf("record store: %w", err)
	}
	return s, nil
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

// Get implements Store. A file whose first line is no JSON is removed, for it is of
// no use to anybody, and reported as no record.
func (s *FileStore) Get(key string) ([]byte, error) {
	name, err := s.path(key)
	if err != nil {
		return nil, err
	}
	data, err := disk.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if put, _ := splitLines(data); !json.Valid(put) {
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
	if err := s.replaceFile(name, record); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

func (s *FileStore) replaceFile(name string, content []byte) error {
	f, err := disk.CreateTemp(s.dir, unfinishedPrefix+"*") // mode 0600
	if err != nil {
		return err
	}
	_, err = disk.Write(f, content)
	if err == nil {
		err = s.sync(f)
	}
	err = errors.Join(err, disk.Close(f))
	if err == nil {
		err = disk.RenamePath(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, disk.RemovePath(f.Name()))
	}
	d, err := disk.OpenPath(s.dir, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer d.Close()
	return syncDir(d, s.sync)
}

// Append implements Appender.
func (s *FileStore) Append(key string, data []byte) error {
	name, err := s.path(key)
	if err != nil {
		return err
	}
	f, err := disk.OpenPath(name, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = disk.Append(f, data)
		err = errors.Join(err, disk.Close(f))
	}
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Delete implements Store.
func (s *FileStore) Delete(key string) error {
	name, err := s.path(key)
	if err != nil {
		return err
	}
	if err := disk.RemovePath(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// A record is written under a name with this prefix before it takes its own.
// A writer of another process that is older than abandonedAfter is dead.
const (
	unfinishedPrefix = ".record-"
	abandonedAfter   = time.Hour
)

// DropUnfinished removes what writers that died have left of records, however
// young. It is for who knows that nobody else is at the store.
func (s *FileStore) DropUnfinished() error {
	if err := s.sweep(time.Unix(1<<40, 0)); err != nil { // after any time of a file
		return fmt.Errorf("record store: %w", err)
	}
	return nil
}

// sweep removes unfinished records that were last written before the limit.
func (s *FileStore) sweep(limit time.Time) error {
	dir, err := disk.OpenPath(s.dir, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		names, err := disk.ReadNames(dir, 256)
		for _, name := range names {
			if !strings.HasPrefix(name, unfinishedPrefix) {
				continue
			}
			unfinished := filepath.Join(s.dir, name)
			if fi, err := disk.LstatPath(unfinished); err == nil && fi.Mode().IsRegular() && fi.ModTime().Before(limit) {
				_ = disk.RemovePath(unfinished) // the next one tries again
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
