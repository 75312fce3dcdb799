package ossserver

import "hash/crc64"

// crcTable is CRC-64/XZ: ECMA-182 reflected, all ones in and out.
var crcTable = crc64.MakeTable(crc64.ECMA)

// gf2Matrix is a linear map on CRC states: entry i is the image of bit i.
type gf2Matrix [64]uint64

func (m *gf2Matrix) times(v uint64) uint64 {
	var sum uint64
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m *gf2Matrix) square() *gf2Matrix {
	var out gf2Matrix
	for i := range m {
		out[i] = m.times(m[i])
	}
	return &out
}

// crcShift applies zero bytes to CRC states: powers[k] is the map for 2^k of
// them. It is built once for a Complete, whose parts mostly have one size.
type crcShift struct{ powers []*gf2Matrix }

// combine returns the CRC-64 of a body of which first is the CRC of the head,
// and second that of the n bytes that follow.
func (s *crcShift) combine(first, second uint64, n int64) uint64 {
	for k := 0; n != 0; k, n = k+1, n>>1 {
		for len(s.powers) <= k {
			s.grow()
		}
		if n&1 != 0 {
			first = s.powers[k].times(first)
		}
	}
	return first ^ second
}

func (s *crcShift) grow() {
	if len(s.powers) > 0 {
		s.powers = append(s.powers, s.powers[len(s.powers)-1].square())
		return
	}
	var bit gf2Matrix // one zero bit
	bit[0] = crc64.ECMA
	for i := 1; i < 64; i++ {
		bit[i] = 1 << (i - 1)
	}
	s.powers = append(s.powers, bit.square().square().square())
}
