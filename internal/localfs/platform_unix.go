//go:build unix

package localfs

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
)

const onWindows = false

// openFlags let a name that became a FIFO after it was looked at be opened
// without waiting for a writer.
const openFlags = os.O_RDONLY | syscall.O_NONBLOCK

// identity names the directory behind root.
func identity(root *os.Root) (string, error) {
	fi, err := disk.Stat(root, ".")
	if err != nil {
		return "", err
	}
	st := statOf(fi)
	return fmt.Sprintf("%x:%x", st.Dev, st.Inode), nil
}

// syncDir makes the names in dir durable. File systems that cannot sync a
// directory say EINVAL or ENOTSUP; there is nothing to be had from them.
func syncDir(dir *os.Root) error {
	f, err := disk.Open(dir, ".")
	if err != nil {
		return err
	}
	defer f.Close()
	err = disk.Sync(f)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
