package index

import "golang.org/x/sys/unix"

// dontNeed tells the kernel that the pages of a mapped file are not needed now. They
// stay in its cache, and are mapped again when they are touched. It is a hint: if it
// fails, they stay mapped.
func dontNeed(addr uintptr, size int64) {
	unix.Syscall(unix.SYS_MADVISE, addr, uintptr(size), unix.MADV_DONTNEED)
}
