package disk

import (
	"io/fs"
	"os"
	"syscall"
)

func rmdir(root *os.Root, name string) error {
	fi, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if !fi.IsDir() {
		return &fs.PathError{Op: "rmdir", Path: name, Err: syscall.ENOTDIR}
	}
	return root.Remove(name)
}
