package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MkdirAllDurable is [MkdirAll] whose folders survive a loss of power, and with
// them what is made durable in them later. Where the system cannot sync a folder it
// is MkdirAll.
//
// RACE: a folder that another process has made and not synced yet is taken for one
// that lasts.
func MkdirAllDurable(path string, perm fs.FileMode) error {
	var above []string // of the folders that are missing
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		if _, err := StatPath(dir); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			break
		}
		above = append(above, filepath.Dir(dir))
	}
	if err := MkdirAll(path, perm); err != nil {
		return err
	}
	for _, dir := range above {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(path string) error {
	dir, err := OpenPath(path, os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrPermission) { // may be passed through, not read
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	err = Sync(dir)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrInvalid) {
		return nil
	}
	return err
}
