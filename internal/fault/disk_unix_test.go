//go:build unix

package fault_test

import "syscall"

var diskErrnos = []syscall.Errno{
	syscall.ENOSPC, syscall.EROFS, syscall.EIO, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE,
}
