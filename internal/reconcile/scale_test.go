//go:build !race

package reconcile

// manyFolders is the size of the tree of TestMemory.
const manyFolders = 100
