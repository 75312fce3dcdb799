//go:build unix

package credential

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// exposed returns what lets other users read or change a file, or "".
func exposed(info fs.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case ok && int(stat.Uid) != os.Geteuid() && stat.Uid != 0:
		return "belongs to another user"
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Sprintf("can be read or changed by others (mode %04o)", info.Mode().Perm())
	}
	return ""
}
