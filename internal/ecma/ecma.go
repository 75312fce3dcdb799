package ecma

import "hash/crc64"

var table = crc64.MakeTable(crc64.ECMA)

// Update returns the CRC-64 of all that crc is the checksum of, followed by p. That
// of nothing is 0. It is safe for concurrent use.
func Update(crc uint64, p []byte) uint64 {
	if n := len(p) &^ (block - 1); n > 0 && folds {
		// What is left after folding has the same remainder as all that was folded;
		// the state before it went into its first bytes.
		var rest [16]byte
		fold(^crc, p[:n], &rest)
		crc, p = crc64.Update(^uint64(0), table, rest[:]), p[n:]
	}
	return crc64.Update(crc, table, p)
}

// Checksum returns the CRC-64 of p.
func Checksum(p []byte) uint64 { return Update(0, p) }
