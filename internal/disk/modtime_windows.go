package disk

import (
	"os"
	"syscall"
	"time"
)

// setModTime sets the modification time of an open file to 100 nanoseconds,
// whatever its name means by now.
func setModTime(f *os.File, t time.Time) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	stamp := syscall.NsecToFiletime(t.UnixNano())
	var failure error
	err = conn.Control(func(fd uintptr) {
		failure = syscall.SetFileTime(syscall.Handle(fd), nil, nil, &stamp)
	})
	if err == nil && failure != nil {
		err = &os.PathError{Op: "SetFileTime", Path: f.Name(), Err: failure}
	}
	return err
}
