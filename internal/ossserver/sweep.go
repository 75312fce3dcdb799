package ossserver

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// sweepStep is how many names of the content folder are looked at together.
const sweepStep = 1024

// sweep removes files that no record refers to: bodies whose change was not
// committed, and dropped ones that were not unlinked yet when the process died.
// It also finds where the numbering of files goes on.
func (st *store) sweep() error {
	dir, err := os.Open(st.content)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		names, err := dir.Readdirnames(sweepStep)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := st.sweepNames(names); err != nil {
			return err
		}
	}
	return st.db.View(func(tx *bolt.Tx) error {
		st.nextFile.Store(lastFile(tx))
		return nil
	})
}

func (st *store) sweepNames(names []string) error {
	return st.db.View(func(tx *bolt.Tx) error {
		files := tx.Bucket(rootFiles)
		for _, name := range names {
			if file, err := strconv.ParseUint(name, 16, 64); err == nil && exists(files, idKey(file)) {
				continue
			}
			if err := os.Remove(filepath.Join(st.content, name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// exists finds keys with empty values too, which Get does not tell from absent.
func exists(b *bolt.Bucket, key []byte) bool {
	k, _ := b.Cursor().Seek(key)
	return string(k) == string(key)
}
