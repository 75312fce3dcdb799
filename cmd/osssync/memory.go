package main

import "runtime/debug"

// What a run needs at a time is a few MiB, whatever the size of tree and bucket.
// The garbage of so small a heap is collected over and over, for a third of the CPU
// time of an upload of small files, so it may grow to five times what is alive; but
// beyond memoryLimit it is collected as always, for the program is to run beside
// others.
const (
	garbagePercent = 400
	memoryLimit    = 32 << 20 // bytes
)

// spareCollector lets garbage lie, unless the environment says something else.
func spareCollector(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
