package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// source is the open local file of an upload. All readings go through one
// handle, at explicit offsets, so parts can be read side by side.
type source struct {
	place *place
	file  *os.File
	print Fingerprint // when opened
}

// openSource opens a regular file and refuses one that is not as expected.
func openSource(p *place, expect *Fingerprint) (*source, error) {
	f, err := p.root.OpenFile(p.name, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	switch {
	case err != nil:
	case expect != nil && (!fi.Mode().IsRegular() || !expect.Matches(FingerprintOf(fi))):
		err = fmt.Errorf("%w: not the file that was expected", ErrSourceChanged)
	case !fi.Mode().IsRegular():
		err = fmt.Errorf("%w: %v is not a regular file", ErrInvalid, fi.Mode())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &source{place: p, file: f, print: FingerprintOf(fi)}, nil
}

// unchanged tells whether the open file, and the file its name means now, are
// what was opened; if not the error is ErrSourceChanged.
//
// RACE: a change in place that keeps the size, within one tick of the file
// system's clock after the last change, leaves no trace here. What goes out is
// still one reading of each part; the next comparison of contents finds it.
func (s *source) unchanged() error {
	open, err := s.file.Stat()
	if err != nil {
		return err
	}
	if FingerprintOf(open) != s.print {
		return fmt.Errorf("%w: file altered", ErrSourceChanged)
	}
	named, err := s.place.root.Stat(s.place.name)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSourceChanged, err)
	}
	if !os.SameFile(open, named) {
		return fmt.Errorf("%w: file replaced", ErrSourceChanged)
	}
	return nil
}

// hash reads n bytes at offset; a file that ends before is ErrSourceChanged.
func (s *source) hash(ctx context.Context, offset, n int64) (digest, error) {
	sum, err := hashRange(ctx, s.file, offset, n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: file ends within %d bytes at %d", ErrSourceChanged, n, offset)
	}
	return sum, err
}
