//go:build race

package reconcile

// A plan takes eight times as long under the race detector.
const (
	manyFolders = 15
	thorough    = false
)
