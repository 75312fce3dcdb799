//go:build !unix

package resumable

import (
	"io/fs"
	"os"
)

const openNonblock = 0

// syncDir does nothing: directories cannot be synced here, and renames are
// journalled by the file system.
func syncDir(*os.File, func(*os.File) error) error { return nil }

// linkCount is how many names a file has, as far as that is known.
func linkCount(fs.FileInfo) uint64 { return 1 }
