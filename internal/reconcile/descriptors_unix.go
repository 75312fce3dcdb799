//go:build unix

package reconcile

import (
	"math"
	"syscall"
)

// descriptorLimit returns how many descriptors this process may have open. The
// runtime has raised the limit as far as it may.
func descriptorLimit() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(limit.Cur), math.MaxInt32))
}
