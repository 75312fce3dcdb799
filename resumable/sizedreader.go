package resumable

import (
	"fmt"
	"io"
	"math"
)

// SizedReader is a stream of exactly known length, as the SDK needs it to
// send Content-Length in place of chunks.
type SizedReader interface {
	io.Reader
	// Len is the number of bytes still to come.
	Len() int
}

// NewSizedReader makes a stream of exactly size bytes of r, from its current
// position on. What r has beyond that stays unread. If r ends early, Read
// returns io.ErrUnexpectedEOF, so that a request fails and nothing short is
// stored. r is neither closed nor rewound.
//
// If r is an io.Seeker so is the result, relative to the position r has now;
// otherwise it is not, and the SDK will not repeat a request that uses it. For
// stretches of an *os.File io.NewSectionReader does the same and can be used
// by several requests at once, which a SizedReader cannot.
//
// A negative size, or one beyond an int, is ErrInvalid; an r that cannot tell
// its position gives the error of its Seek.
func NewSizedReader(r io.Reader, size int64) (SizedReader, error) {
	if size < 0 || size > math.MaxInt {
		return nil, fmt.Errorf("%w: reader of %d bytes", ErrInvalid, size)
	}
	sized := sizedReader{source: r, left: size}
	seeker, ok := r.(io.Seeker)
	if !ok {
		return &sized, nil
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, fmt.Errorf("sized reader: %w", err)
	}
	return &sizedReadSeeker{sizedReader: sized, seeker: seeker, start: start, size: size}, nil
}

type sizedReader struct {
	source io.Reader
	left   int64
}

func (r *sizedReader) Len() int { return int(r.left) }

func (r *sizedReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.source.Read(p)
	r.left -= int64(n)
	if err == io.EOF && r.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

type sizedReadSeeker struct {
	sizedReader
	seeker io.Seeker
	start  int64 // of the source, where offset 0 is
	size   int64
}

func (r *sizedReadSeeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.size - r.left
	case io.SeekEnd:
		offset += r.size
	default:
		return 0, fmt.Errorf("%w: whence %d", ErrInvalid, whence)
	}
	if offset < 0 {
		return 0, fmt.Errorf("%w: offset %d", ErrInvalid, offset)
	}
	if _, err := r.seeker.Seek(r.start+offset, io.SeekStart); err != nil {
		return 0, err
	}
	r.left = max(r.size-offset, 0)
	return offset, nil
}
