//go:build unix

package reconcile

import (
	"io/fs"
	"os"
	"syscall"
)

// hasModes says that permissions are those of Unix.
const hasModes = true

func ownerOf(info fs.FileInfo) owner {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case ok && int(stat.Uid) == os.Geteuid():
		return ownerUser
	case ok && stat.Uid == 0:
		return ownerRoot
	}
	return ownerOther
}
