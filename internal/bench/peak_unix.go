//go:build unix

package bench

import (
	"os"
	"runtime"
	"syscall"
)

// peak is how much memory a process that ended had resident at most, in bytes.
func peak(ended *os.ProcessState) int64 {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return usage.Maxrss
	}
	return usage.Maxrss << 10 // the others count KiB
}
