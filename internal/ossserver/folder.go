package ossserver

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// makeFolder makes a folder and its parents where they are missing. Where it is to
// be durable the names of those that it made are, by a sync of the folder that
// each is in.
func makeFolder(path string, durable bool, sync func(dir string) error) error {
	var changed []string
	for dir := filepath.Clean(path); durable; dir = filepath.Dir(dir) {
		_, err := os.Lstat(dir)
		if !errors.Is(err, fs.ErrNotExist) {
			break // MkdirAll tells what else there is to tell
		}
		changed = append(changed, filepath.Dir(dir))
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	for _, dir := range changed {
		if err := sync(dir); err != nil {
			return err
		}
	}
	return nil
}

// syncDir makes the names in a directory durable, where the system has a call
// for that; Windows has none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
