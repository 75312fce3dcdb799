//go:build linux || darwin

package reconcile

import (
	"math"

	"golang.org/x/sys/unix"
)

// freeBytes returns what this user may still write to the file system of dir, and
// whether that is known.
func freeBytes(dir string) (bytes int64, known bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return 0, false
	}
	blocks, size := stat.Bavail, uint64(stat.Bsize)
	if size > 0 && blocks > math.MaxInt64/size {
		return math.MaxInt64, true
	}
	return int64(blocks * size), true
}
