package index

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/plan"
)

// formatVersion is that of the database layout.
const formatVersion = 1

var (
	bucketMeta = []byte("meta")
	bucketRows = []byte("rows")

	keyFormat  = []byte("format")
	keyOrigin  = []byte("origin")
	keyLineage = []byte("lineage")
	keySerial  = []byte("serial")
)

var (
	// ErrBusy says that another process has the index open for writing.
	ErrBusy = errors.New("index in use")
	// ErrNewer says that a newer version of osssync wrote the index.
	ErrNewer = errors.New("index written by a newer version of osssync")
	// ErrDamaged says that the file is no index, or one that lost pages.
	ErrDamaged = errors.New("index damaged")
)

// lockWait bounds the wait for another process to close the index.
const lockWait = 2 * time.Second

// Index is the open index of one mapping. The zero value and nil are an index
// without rows that cannot be written. Reading is safe for concurrent use, also
// beside one writer, which may have to wait for ranges over the rows to end.
type Index struct {
	db    *bolt.DB
	file  *os.File    // db's
	stuck atomic.Bool // bbolt panicked and may hold its locks, for which its Close would wait for ever
}

// Create opens the index at path for writing, making it if there is none. A new
// one is built beside and renamed into place, so a crash leaves none or a whole
// one. Only one process may be at it for a path, so callers hold the lock of the
// mapping. Of a new one [Index.Origin] is origin.
func Create(path, origin string) (*Index, error) {
	if _, err := disk.LstatPath(path); errors.Is(err, fs.ErrNotExist) {
		if err := initialize(path, origin); err != nil {
			return nil, fmt.Errorf("new index: %w", err)
		}
	}
	return open(path, false)
}

// Open opens an existing index; if there is none, the error wraps fs.ErrNotExist.
func Open(path string, readOnly bool) (*Index, error) {
	if _, err := disk.LstatPath(path); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	return open(path, readOnly)
}

func open(path string, readOnly bool) (*Index, error) {
	// bbolt takes an empty file for one to be filled.
	if info, err := disk.StatPath(path); err == nil && info.Size() == 0 {
		return nil, fmt.Errorf("index %q: %w: empty file", path, ErrDamaged)
	}
	x := &Index{}
	options := bolt.Options{
		Timeout: lockWait, ReadOnly: readOnly, FreelistType: bolt.FreelistMapType,
		OpenFile: func(name string, flag int, mode fs.FileMode) (file *os.File, err error) {
			x.file, err = disk.OpenPath(name, flag, mode)
			return x.file, err
		},
	}
	err := sound(func() (err error) {
		x.db, err = bolt.Open(path, 0o600, &options)
		return err
	})
	if err == nil {
		err = x.check()
	}
	switch {
	case err == nil:
		return x, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		err = ErrBusy
	case errors.Is(err, ErrNewer), errors.Is(err, ErrDamaged):
	case errors.As(err, new(syscall.Errno)): // says nothing of what is in the file
	default:
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	x.leave()
	return nil, fmt.Errorf("index %q: %w", path, err)
}

// leave closes a file that could not be opened as an index.
func (x *Index) leave() {
	if x.db != nil {
		x.Close()
	} else if x.file != nil {
		unlock(x.file)
		x.file.Close()
	}
}

// check accepts a database of our format. The format comes first: what else a
// newer one holds is not ours to judge.
func (x *Index) check() error {
	return x.view(func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			return ErrDamaged
		}
		switch format := meta.Get(keyFormat); {
		case len(format) == 0 || format[0] == 0:
			return ErrDamaged
		case len(format) > 1 || format[0] > formatVersion:
			return ErrNewer
		}
		if tx.Bucket(bucketRows) == nil || len(meta.Get(keyLineage)) == 0 || len(meta.Get(keySerial)) != 8 {
			return ErrDamaged
		}
		return x.checkTrees(tx)
	})
}

func initialize(path, origin string) error {
	temp := path + ".new"
	if err := disk.RemovePath(temp); err != nil && !errors.Is(err, fs.ErrNotExist) { // a crash may have left one
		return err
	}
	defer disk.RemovePath(temp)
	db, err := bolt.Open(temp, 0o600, &bolt.Options{Timeout: lockWait, OpenFile: disk.OpenPath})
	if err != nil {
		return err
	}
	err = disk.Step(commit, temp, func() error { return db.Update(layOut(origin)) })
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := disk.RenamePath(temp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// layOut makes the buckets of a new index.
func layOut(origin string) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error {
		meta, err := tx.CreateBucket(bucketMeta)
		if err != nil {
			return err
		}
		_, err = tx.CreateBucket(bucketRows)
		return errors.Join(err,
			meta.Put(keyFormat, []byte{formatVersion}),
			meta.Put(keyOrigin, []byte(origin)),
			meta.Put(keyLineage, []byte(rand.Text())),
			meta.Put(keySerial, make([]byte, 8)))
	}
}

func syncDir(dir string) error {
	d, err := disk.OpenPath(dir, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := disk.Sync(d); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// Close closes the file.
func (x *Index) Close() error {
	if x == nil || x.db == nil {
		return nil
	}
	if x.stuck.Load() {
		// The mapping stays until the process ends.
		return errors.Join(unlock(x.file), x.file.Close())
	}
	return x.db.Close()
}

// Identity returns the lineage, a random text made with the index, and the
// serial, the number of applies that began to write to it. An empty lineage is
// that of no index.
func (x *Index) Identity() (lineage string, serial uint64, err error) {
	if x == nil || x.db == nil {
		return "", 0, nil
	}
	err = x.view(func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		lineage = string(meta.Get(keyLineage))
		serial = binary.BigEndian.Uint64(meta.Get(keySerial))
		return nil
	})
	if err != nil {
		return "", 0, fmt.Errorf("index identity: %w", err)
	}
	return lineage, serial, nil
}

// Begin counts one more apply.
func (x *Index) Begin() error {
	err := x.update(func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		serial := binary.BigEndian.Uint64(meta.Get(keySerial))
		return meta.Put(keySerial, binary.BigEndian.AppendUint64(nil, serial+1))
	})
	if err != nil {
		return fmt.Errorf("index begin: %w", err)
	}
	return nil
}

// Change sets the row of a path, or removes it.
type Change struct {
	Path string
	Row  *plan.Base // nil: remove
}

// Write makes all changes in one transaction: all are durable when it returns, or
// none. The error wraps [ErrDamaged] if the file is in the way of them.
func (x *Index) Write(changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	err := x.update(func(tx *bolt.Tx) error {
		rows := tx.Bucket(bucketRows)
		if mostlyAppends(rows, changes) {
			rows.FillPercent = appendFill
		}
		for _, c := range changes {
			var err error
			if c.Row == nil {
				err = rows.Delete([]byte(c.Path))
			} else {
				err = rows.Put([]byte(c.Path), encode(c.Row))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, bolterrors.ErrIncompatibleValue) { // a bucket stands where rows do
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err == nil {
		err = x.release()
	}
	if err != nil {
		return fmt.Errorf("index write: %w", err)
	}
	return nil
}

// release gives back the memory of the pages that writing has mapped. Nobody else
// writes now, so that the mapping, which holds all pages in use, stays where it is.
func (x *Index) release() error {
	return x.view(func(tx *bolt.Tx) error {
		dontNeed(x.db.Info().Data, tx.Size())
		return nil
	})
}

// appendFill is how full a page is made that rows are appended to. bbolt's half
// would stay half for ever, as what comes later goes behind it. Work ends nearly in
// the order of the paths: a twentieth is room for what comes late.
const appendFill = 0.95

// mostlyAppends reports whether more of the changes than not come after all rows.
func mostlyAppends(rows *bolt.Bucket, changes []Change) bool {
	last, _ := rows.Cursor().Last()
	behind := 0
	for i := range changes {
		if changes[i].Row != nil && changes[i].Path > string(last) {
			behind++
		}
	}
	return 2*behind > len(changes)
}
