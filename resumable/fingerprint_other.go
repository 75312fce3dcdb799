//go:build !linux && !darwin

package resumable

import "io/fs"

// identity returns zeros: size and mtime are all that is portable.
func identity(fs.FileInfo) (ctime int64, inode, device uint64) { return 0, 0, 0 }
