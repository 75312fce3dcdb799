//go:build unix

package localfs

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const onWindows = false

// openFlags let a name that became a FIFO after it was looked at be opened
// without waiting for a writer.
const openFlags = os.O_RDONLY | syscall.O_NONBLOCK

// identity names the directory behind root.
func identity(root *os.Root) (string, error) {
	fi, err := root.Stat(".")
	if err != nil {
		return "", err
	}
	st := statOf(fi)
	return fmt.Sprintf("%x:%x", st.Dev, st.Inode), nil
}

// syncDir makes the names in dir durable. File systems that cannot sync a
// directory say EINVAL or ENOTSUP; there is nothing to be had from them.
func syncDir(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}

// rmdir removes the empty directory name of dir and nothing else: unlike
// os.Root.Remove it cannot unlink a file that took the name meanwhile.
func rmdir(dir *os.Root, name string) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Unlinkat(int(f.Fd()), name, unix.AT_REMOVEDIR)
}
