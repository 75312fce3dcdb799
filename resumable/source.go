package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/osssync/osssync/internal/disk"
)

// source is the open local file of an upload. All readings go through one
// handle, at explicit offsets, so parts can be read side by side.
type source struct {
	place *place
	file  *os.File
	print Fingerprint // of the state that is sent
}

// openSource opens a regular file and refuses one that is not as expected.
func openSource(p *place, expect *Fingerprint) (*source, error) {
	f, err := disk.OpenFile(p.root, p.name, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	fi, err := disk.StatFile(f)
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

// look describes the open file, if its name still means that file; if not the
// error is ErrSourceChanged.
func (s *source) look() (Fingerprint, error) {
	open, err := disk.StatFile(s.file)
	if err != nil {
		return Fingerprint{}, err
	}
	named, err := disk.Stat(s.place.root, s.place.name)
	if err != nil {
		return Fingerprint{}, fmt.Errorf("%w: %w", ErrSourceChanged, err)
	}
	if !os.SameFile(open, named) {
		return Fingerprint{}, fmt.Errorf("%w: file replaced", ErrSourceChanged)
	}
	now := FingerprintOf(open)
	if !now.sameContent(s.print) {
		return Fingerprint{}, errAltered
	}
	return now, nil
}

var errAltered = fmt.Errorf("%w: file altered", ErrSourceChanged)

// unaltered is unchanged but for the name, which it does not look up: enough where
// the file was opened by it a moment ago.
func (s *source) unaltered() error {
	open, err := disk.StatFile(s.file)
	if err == nil && !FingerprintOf(open).sameContent(s.print) {
		err = errAltered
	}
	return err
}

// unchanged tells whether the file looks as it did when it was opened, but for
// its change time; if not the error is ErrSourceChanged.
func (s *source) unchanged() error {
	_, err := s.look()
	return err
}

// confirm tells whether the file still is what was sent, of which crc is the
// CRC-64; if not the error is ErrSourceChanged. If only the change time moved
// since the file was opened the bytes decide, and the fingerprint follows. It
// must not run beside anything else that uses s.
//
// RACE: a change in place that keeps the size, within one tick of the file
// system's clock after the last change, leaves no trace here. What goes out is
// still one reading of each part; the next comparison of contents finds it.
func (s *source) confirm(ctx context.Context, crc uint64) error {
	for range maxFruitless {
		now, err := s.look()
		if err != nil || now == s.print {
			return err
		}
		s.print = now
		sum, err := s.crc(ctx, 0, s.print.Size)
		if err != nil {
			return err
		}
		if sum != crc {
			return errAltered
		}
	}
	return fmt.Errorf("%w: its change time moves all the time", ErrSourceChanged)
}

// hash reads n bytes at offset; a file that ends before is ErrSourceChanged.
func (s *source) hash(ctx context.Context, offset, n int64) (digest, error) {
	sum, err := hashRange(ctx, disk.ContentOf(s.file), offset, n)
	return sum, endsWithin(err, offset, n)
}

// crc is hash for who needs no MD5.
func (s *source) crc(ctx context.Context, offset, n int64) (uint64, error) {
	sum, err := crcRange(ctx, disk.ContentOf(s.file), offset, n)
	return sum, endsWithin(err, offset, n)
}

// endsWithin makes ErrSourceChanged of the end of a file within n bytes at offset.
func endsWithin(err error, offset, n int64) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: file ends within %d bytes at %d", ErrSourceChanged, n, offset)
	}
	return err
}
