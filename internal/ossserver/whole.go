package ossserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// checkWhole refuses a directory whose database has lost its end or is gone, as
// after a loss of power on a disk that does not keep its promises. The database
// is mapped into memory, and to touch what is behind the end of the file would
// kill the process; and without names the sweep would remove all content.
func checkWhole(dir string) error {
	path := filepath.Join(dir, databaseName)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return checkNoContent(dir)
	}
	if err != nil {
		return err
	}
	// Opened for reading, the database looks at nothing but its two headers.
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, ReadOnly: true})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return ErrLocked
	}
	if err != nil {
		return fmt.Errorf("%s: %w", databaseName, err)
	}
	err = db.View(func(tx *bolt.Tx) error {
		info, err := os.Stat(path)
		if err == nil && info.Size() < tx.Size() {
			err = fmt.Errorf("%s cut short, %d of %d bytes: %w", databaseName, info.Size(), tx.Size(), errCorrupt)
		}
		return err
	})
	return errors.Join(err, db.Close())
}

// checkNoContent refuses content without a database.
func checkNoContent(dir string) error {
	content, err := os.Open(filepath.Join(dir, "content"))
	if err != nil {
		return err
	}
	defer content.Close()
	if _, err := content.Readdirnames(1); !errors.Is(err, io.EOF) {
		return errors.Join(err, fmt.Errorf("%s missing beside content: %w", databaseName, errCorrupt))
	}
	return nil
}
