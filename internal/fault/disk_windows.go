package fault

import (
	"errors"

	"golang.org/x/sys/windows"
)

// The names that syscall has for these kinds on other systems stand for numbers
// here that no call of the system returns.
func isDisk(err error) bool {
	for _, errno := range []error{
		windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED,
		windows.ERROR_WRITE_PROTECT, windows.ERROR_CRC, windows.ERROR_IO_DEVICE, windows.ERROR_TOO_MANY_OPEN_FILES,
	} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
