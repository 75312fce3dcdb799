//go:build !race

package reconcile

const (
	manyFolders = 100  // of the tree of TestMemory
	thorough    = true // TestFaultSweep tries every fault
)
