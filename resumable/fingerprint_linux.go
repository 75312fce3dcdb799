package resumable

import (
	"io/fs"
	"syscall"
)

// identity returns what the system knows of a file beyond size and mtime.
func identity(fi fs.FileInfo) (ctime int64, inode, device uint64) {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano(), st.Ino, uint64(st.Dev)
	}
	return 0, 0, 0
}
