//go:build !unix

package resumable

import "os"

const openNonblock = 0

// syncDir does nothing: directories cannot be synced here, and renames are
// journalled by the file system.
func syncDir(*os.File) error { return nil }
