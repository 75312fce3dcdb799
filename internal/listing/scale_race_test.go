//go:build race

package listing

// The race detector makes a listing some ten times slower.
const scale = 10_000
