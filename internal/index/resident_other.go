//go:build !linux

package index

func dontNeed(uintptr, int64) {}
