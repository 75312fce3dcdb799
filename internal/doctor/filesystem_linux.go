package doctor

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// kinds are the names of file systems by the numbers that they go by.
var kinds = map[int64]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs", unix.F2FS_SUPER_MAGIC: "f2fs",
	unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay", 0x2fc12fc1: "zfs",
	unix.NFS_SUPER_MAGIC: "nfs", unix.FUSE_SUPER_MAGIC: "fuse", 0xff534d42: "cifs", 0xfe534d42: "smb2",
}

// fileSystem returns the kind of the file system of dir and what this user may still
// write to it, in bytes.
func fileSystem(dir string) (kind string, free int64, known bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return "", 0, false
	}
	number := int64(uint32(stat.Type))
	if kind = kinds[number]; kind == "" {
		kind = fmt.Sprintf("file system %#x", number)
	}
	size := uint64(stat.Bsize)
	if size > 0 && stat.Bavail > math.MaxInt64/size {
		return kind, math.MaxInt64, true
	}
	return kind, int64(stat.Bavail * size), true
}
