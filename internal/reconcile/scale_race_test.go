//go:build race

package reconcile

// manyFolders is less under the race detector, with which a plan takes eight
// times as long.
const manyFolders = 15
