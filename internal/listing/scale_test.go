//go:build !race

package listing

// scale is how many objects the largest listings of the tests have.
const scale = 200_000
