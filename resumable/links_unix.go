//go:build unix

package resumable

import (
	"errors"
	"syscall"
)

// withoutLinks reports that a file system refused a hard link because it has
// none, or none more for this file. Linux says EPERM for FAT.
func withoutLinks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EMLINK)
}
