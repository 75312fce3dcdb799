package ossserver

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// checkWhole refuses a directory whose database has lost its end, is damaged or
// gone, as after a loss of power on a disk that does not keep its promises. The
// database is mapped into memory, and to touch what is behind the end of the file
// would kill the process; and without names the sweep would remove all content.
//
// It reports whether the newest of the two states of the database that are in the
// file is there: the one before it knows nothing of the content that came last.
func checkWhole(dir string, log *slog.Logger) (newest bool, err error) {
	path := filepath.Join(dir, databaseName)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return true, checkNoContent(dir)
	}
	if err != nil {
		return false, err
	}
	// Opened for reading, the database looks at nothing but its two headers.
	db, err := openDatabase(path, bolt.Options{Timeout: lockTimeout, ReadOnly: true}, log)
	if err != nil {
		return false, err
	}
	err = db.View(func(tx *bolt.Tx) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return fmt.Errorf("%w: cut short, %d of %d bytes", ErrDamaged, info.Size(), tx.Size())
		}
		pageSize := db.Info().PageSize
		if newest, err = wholeMeta(db.file, pageSize); err != nil {
			return err
		}
		return newPageWalk(db.file, pageSize, tx.Size()).tree(uint64(tx.Cursor().Bucket().Root()), 0, nil, nil)
	})
	return newest, errors.Join(err, db.Close())
}

// checkNoContent refuses content without a database.
func checkNoContent(dir string) error {
	content, err := os.Open(filepath.Join(dir, "content"))
	if err != nil {
		return err
	}
	defer content.Close()
	if _, err := content.Readdirnames(1); !errors.Is(err, io.EOF) {
		return errors.Join(err, fmt.Errorf("%w: missing beside content", ErrDamaged))
	}
	return nil
}
