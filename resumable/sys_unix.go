//go:build unix

package resumable

import (
	"os"
	"syscall"
)

// openNonblock keeps the opening of a FIFO from waiting for its other end.
const openNonblock = syscall.O_NONBLOCK

func syncDir(dir *os.File) error { return dir.Sync() }
