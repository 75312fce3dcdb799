//go:build unix

package fault

import (
	"errors"
	"syscall"
)

func isDisk(err error) bool {
	for _, errno := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EIO, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
