package resumable

import (
	"errors"

	"golang.org/x/sys/windows"
)

// withoutLinks reports that a file system refused a hard link because it has
// none, or none more for this file. FAT says ERROR_INVALID_FUNCTION.
func withoutLinks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, windows.ERROR_INVALID_FUNCTION) ||
		errors.Is(err, windows.ERROR_TOO_MANY_LINKS)
}
