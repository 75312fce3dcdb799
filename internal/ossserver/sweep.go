package ossserver

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// sweepStep is how many names of the content folder are looked at together.
const sweepStep = 1024

// sweep removes files that no record refers to: bodies whose change was not
// committed, and dropped ones that were not unlinked yet when the process died.
// It also finds where the numbering of files goes on.
func (st *store) sweep() error {
	err := st.eachOrphan(func(name string) error { return os.Remove(filepath.Join(st.content, name)) })
	if err != nil {
		return err
	}
	return st.db.View(func(tx *bolt.Tx) error {
		st.nextFile.Store(lastFile(tx))
		return nil
	})
}

// setAside moves the files that sweep would remove into a new folder beside the
// content. Where the newest state of the database is lost, they may be bodies of
// objects that were acknowledged. It comes before the first commit, which writes
// over the page that tells of the loss.
func (st *store) setAside(dir string) error {
	aside := filepath.Join(dir, "aside-"+rand.Text())
	moved := 0
	err := st.eachOrphan(func(name string) error {
		if moved == 0 {
			if err := os.Mkdir(aside, 0o700); err != nil {
				return err
			}
		}
		moved++
		return os.Rename(filepath.Join(st.content, name), filepath.Join(aside, name))
	})
	if err != nil {
		return err
	}
	st.log.Error("newest state of the database lost, the one before it is served", "database", filepath.Join(dir, databaseName), "set aside", moved, "folder", aside)
	if moved == 0 || !st.sync {
		return nil
	}
	return errors.Join(syncDir(aside), syncDir(dir), syncDir(st.content))
}

// eachOrphan visits the names in the content folder that no record refers to.
func (st *store) eachOrphan(visit func(name string) error) error {
	dir, err := os.Open(st.content)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		names, err := dir.Readdirnames(sweepStep)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		err = st.db.View(func(tx *bolt.Tx) error {
			files := tx.Bucket(rootFiles)
			names = slices.DeleteFunc(names, func(name string) bool {
				file, err := strconv.ParseUint(name, 16, 64)
				return err == nil && files != nil && exists(files, idKey(file))
			})
			return nil
		})
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := visit(name); err != nil {
				return err
			}
		}
	}
}

// exists finds keys with empty values too, which Get does not tell from absent.
func exists(b *bolt.Bucket, key []byte) bool {
	k, _ := b.Cursor().Seek(key)
	return string(k) == string(key)
}
