//go:build unix

package resumable

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openNonblock keeps the opening of a FIFO from waiting for its other end.
const openNonblock = syscall.O_NONBLOCK

// syncDir makes the names in a directory durable. File systems that cannot sync
// a directory say EINVAL or ENOTSUP; there is nothing to be had from them.
func syncDir(dir *os.File, sync func(*os.File) error) error { return durableNames(sync(dir)) }

// durableNames judges what the sync of a directory said.
func durableNames(err error) error {
	for _, impossible := range []error{syscall.EINVAL, syscall.ENOTSUP, syscall.EOPNOTSUPP} {
		if errors.Is(err, impossible) {
			return nil
		}
	}
	return err
}

// linkCount is how many names a file has.
func linkCount(fi fs.FileInfo) uint64 {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink)
	}
	return 1
}
