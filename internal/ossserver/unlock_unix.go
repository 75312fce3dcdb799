//go:build unix

package ossserver

import (
	"os"
	"syscall"
)

// unlock gives up bbolt's lock. Closing the file would not: the mapping that
// bbolt leaves behind keeps it open.
func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
