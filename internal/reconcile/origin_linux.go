package reconcile

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// fileSystem returns the identity of the file system that holds path, or "" if it
// is of a kind whose identity does not stay from one mount to the next.
func fileSystem(path string) string {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return ""
	}
	switch int64(stat.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC:
		return fmt.Sprintf("%x:%x", stat.Fsid.Val[0], stat.Fsid.Val[1])
	}
	return ""
}
