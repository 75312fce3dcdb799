package nullserver

import "hash/crc64"

// combine is the CRC-64 of two texts one after the other, from the CRC-64 of each and
// the length of the second. A zero bit at the end of a text is a linear map of its
// checksum; its powers of two are found by squaring.
func combine(first, second uint64, length int64) uint64 {
	shift := oneZeroBit()
	for bits := uint64(length) * 8; bits > 0; bits >>= 1 {
		if bits&1 != 0 {
			first = shift.apply(first)
		}
		shift = shift.square()
	}
	return first ^ second
}

// matrix is a linear map of 64 bits: what each of them alone becomes.
type matrix [64]uint64

func oneZeroBit() *matrix {
	m := &matrix{crc64.ECMA}
	for i := 1; i < len(m); i++ {
		m[i] = 1 << (i - 1)
	}
	return m
}

func (m *matrix) apply(bits uint64) (sum uint64) {
	for i := 0; bits != 0; i, bits = i+1, bits>>1 {
		if bits&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m *matrix) square() *matrix {
	var s matrix
	for i, column := range m {
		s[i] = m.apply(column)
	}
	return &s
}
