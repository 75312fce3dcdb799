package ossserver

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
)

// lockTimeout is how long Open waits for a server that is just closing.
const lockTimeout = 500 * time.Millisecond

// formatVersion is written into a new directory and required of an old one.
const formatVersion = "2"

const databaseName = "names.db"

// Names in the database; doc.go tells what is under them.
var (
	rootFormat  = []byte("format")
	rootBuckets = []byte("buckets")
	rootBlobs   = []byte("blobs")
	rootFiles   = []byte("files")

	inRecord   = []byte("record")
	inConfigs  = []byte("configs")
	inObjects  = []byte("objects")
	inVersions = []byte("versions")
	inNulls    = []byte("nulls")
	inUploads  = []byte("uploads")
	inParts    = []byte("parts")
)

// store keeps names in a database and the bytes of large bodies in files.
type store struct {
	db       *database
	content  string // folder of the files
	sync     bool
	log      *slog.Logger
	nextFile atomic.Uint64
	buffers  sync.Pool // of *[copyBuffer]byte

	changes  chan *change
	finished chan struct{} // closed when the committer has ended

	pinsMu sync.Mutex
	pins   map[uint64]*pin // by blob
}

func openStore(dir string, durable bool, log *slog.Logger) (*store, error) {
	content := filepath.Join(dir, "content")
	if err := makeFolder(content, durable, syncDir); err != nil {
		return nil, err
	}
	newest, err := checkWhole(dir, log)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", databaseName, err)
	}
	db, err := openDatabase(filepath.Join(dir, databaseName), bolt.Options{
		Timeout:        lockTimeout,
		NoSync:         !durable,
		NoGrowSync:     !durable,
		NoFreelistSync: true, // each commit would write all of it; an Open that finds none rebuilds it
	}, log)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", databaseName, err)
	}
	st := &store{
		db: db, content: content, sync: durable, log: log,
		changes: make(chan *change), finished: make(chan struct{}),
		buffers: sync.Pool{New: newBuffer},
		pins:    make(map[uint64]*pin),
	}
	if err := st.prepare(dir, newest); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	go st.commitAll()
	return st, nil
}

// prepare makes the database ready and clears the content folder. It runs under
// the lock of the database and before any other use.
func (st *store) prepare(dir string, newest bool) error {
	if !newest {
		if err := st.setAside(dir); err != nil {
			return fmt.Errorf("set content of %q aside: %w", st.content, err)
		}
	}
	if err := st.layOut(); err != nil {
		return fmt.Errorf("%s: %w", databaseName, err)
	}
	if err := st.sweep(); err != nil {
		return fmt.Errorf("sweep of %q: %w", st.content, err)
	}
	if !st.sync {
		return nil
	}
	return syncDir(dir)
}

// layOut makes the roots of a new database, and refuses one of another format.
func (st *store) layOut() error {
	return st.db.Update(func(tx *bolt.Tx) error {
		format, err := tx.CreateBucketIfNotExists(rootFormat)
		if err != nil {
			return err
		}
		switch v := format.Get(inRecord); {
		case v == nil:
			if err := format.Put(inRecord, []byte(formatVersion)); err != nil {
				return err
			}
		case string(v) != formatVersion:
			return fmt.Errorf("directory format %q: this server reads format %q", v, formatVersion)
		}
		for _, name := range [][]byte{rootBuckets, rootBlobs, rootFiles} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
}

// close waits for the committer. No update may be under way or follow.
func (st *store) close() error {
	close(st.changes)
	<-st.finished
	return st.db.Close()
}
