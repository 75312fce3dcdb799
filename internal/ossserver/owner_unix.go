//go:build unix

package ossserver

import (
	"os"
	"syscall"
)

// hasOwners says that files have an owner and modes.
const hasOwners = true

func ownedByUser(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
