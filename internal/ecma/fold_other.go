//go:build !amd64

package ecma

const (
	block = 64
	folds = false
)

func fold(uint64, []byte, *[16]byte) {}
