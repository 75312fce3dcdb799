//go:build unix

package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

func rmdir(root *os.Root, name string) error {
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Unlinkat(int(f.Fd()), name, unix.AT_REMOVEDIR)
}
