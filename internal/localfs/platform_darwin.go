package localfs

import (
	"io/fs"
	"syscall"
)

// inodeOf gives change time, inode and device.
func inodeOf(fi fs.FileInfo) (ctimeNs int64, inode, dev uint64) {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, 0
	}
	return st.Ctimespec.Nano(), st.Ino, uint64(st.Dev)
}
