//go:build !unix

package ossserver

import "os"

// unlock has nothing to do: Windows gives up a lock with the handle.
func unlock(*os.File) error { return nil }
