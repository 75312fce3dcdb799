package disk

import (
	"os"
	"syscall"
	"time"
	"unsafe"
)

// setModTime sets the modification time of an open file to the nanosecond,
// whatever its name means by now: utimensat without a path acts on the handle.
func setModTime(f *os.File, t time.Time) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	stamp := syscall.NsecToTimespec(t.UnixNano())
	times := [2]syscall.Timespec{stamp, stamp}
	var errno syscall.Errno
	err = conn.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall6(syscall.SYS_UTIMENSAT, fd, 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0)
	})
	if err == nil && errno != 0 {
		err = &os.PathError{Op: "utimensat", Path: f.Name(), Err: errno}
	}
	return err
}
