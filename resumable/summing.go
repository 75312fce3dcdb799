package resumable

import (
	"errors"
	"io"

	"github.com/osssync/osssync/internal/ecma"
)

var errOutOfOrder = errors.New("body read out of its order")

// summing takes the CRC-64 of what is read through it, in the memory of the reader
// and right after the bytes came there: what a request takes and what is claimed to be
// in it is one reading. Who goes back to the beginning, as for another attempt,
// begins the sum anew.
type summing struct {
	content  io.ReadSeeker
	position int64
	crc      uint64
	summed   int64 // bytes from the beginning that crc is of
}

func (s *summing) Read(p []byte) (int, error) {
	if s.position == 0 {
		s.crc, s.summed = 0, 0
	}
	if s.position != s.summed {
		return 0, errOutOfOrder
	}
	n, err := s.content.Read(p)
	s.crc = ecma.Update(s.crc, p[:n])
	s.summed += int64(n)
	s.position = s.summed
	return n, err
}

func (s *summing) Seek(offset int64, whence int) (int64, error) {
	position, err := s.content.Seek(offset, whence)
	if err == nil {
		s.position = position
	}
	return position, err
}
