//go:build unix && !linux

package disk

import (
	"os"
	"syscall"
	"time"
)

// setModTime sets the modification time of an open file to the microsecond,
// whatever its name means by now.
func setModTime(f *os.File, t time.Time) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	stamp := syscall.NsecToTimeval(t.UnixNano())
	var failure error
	err = conn.Control(func(fd uintptr) {
		failure = syscall.Futimes(int(fd), []syscall.Timeval{stamp, stamp})
	})
	if err == nil && failure != nil {
		err = &os.PathError{Op: "futimes", Path: f.Name(), Err: failure}
	}
	return err
}
