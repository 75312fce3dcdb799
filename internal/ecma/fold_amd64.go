package ecma

import "golang.org/x/sys/cpu"

// block is the unit of folding, in bytes.
const block = 64

var folds = cpu.X86.HasPCLMULQDQ

// fold reduces p, of which state goes into the first 8 bytes, to 16 bytes of the
// same remainder. The length of p is a multiple of block and not 0.
//
//go:noescape
func fold(state uint64, p []byte, rest *[16]byte)
