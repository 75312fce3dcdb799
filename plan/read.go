package plan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"slices"
)

// maxLine bounds a line of a plan file in bytes: a path, its headers and their
// JSON escapes fit many times over.
const maxLine = 1 << 20

// File is a plan file that was read to its end and found whole and unaltered.
type File struct {
	Tool     string
	Sections []*Section
}

// Section is the plan of one mapping. Its rows stay in the file and are read
// anew by each range over [Section.Rows].
type Section struct {
	Header  Header
	Summary Summary

	proof      Proof
	file       io.ReaderAt
	start, end int64 // of the rows
	rows       int64
}

// ReadFile checks the plan file of size bytes in r and returns its sections.
// Anything but a whole, unaltered file of this program's format is an error that
// wraps [ErrInvalid], and so is a plan of some paths. r must stay open, and the file
// unchanged, for as long as rows are read: their form is checked here alone.
func ReadFile(r io.ReaderAt, size int64) (*File, error) { return readFile(r, size, false) }

func readFile(r io.ReaderAt, size int64, touched bool) (*File, error) {
	lines := newLineReader(io.NewSectionReader(r, 0, size))
	first, err := lines.next()
	if err != nil {
		return nil, invalid("first line: %w", cut(err))
	}
	var h fileHeader
	if json.Unmarshal(first, &h) != nil || h.Op != opFile {
		return nil, invalid("first line is not that of a plan")
	}
	if h.Format != formatVersion {
		return nil, invalid("format %d, this program reads %d", h.Format, formatVersion)
	}
	if err := checkSeal(sha256.New(), first, &h, &h.Digest); err != nil {
		return nil, invalid("first line: %w", err)
	}
	if len(h.Mappings) == 0 {
		return nil, invalid("no mapping")
	}
	f := &File{Tool: h.Tool}
	for _, name := range h.Mappings {
		s, err := readSection(r, lines, touched)
		if err != nil {
			return nil, invalid("plan of mapping %q: %w", name, err)
		}
		if s.Header.Mapping != name {
			return nil, invalid("plan of mapping %q stands where that of %q is due", s.Header.Mapping, name)
		}
		f.Sections = append(f.Sections, s)
	}
	switch _, err := lines.next(); {
	case err == nil, errors.Is(err, io.ErrUnexpectedEOF):
		return nil, invalid("data after its end")
	case !errors.Is(err, io.EOF):
		return nil, invalid("after its end: %w", err)
	}
	return f, nil
}

// Section returns the section of a mapping.
func (f *File) Section(mapping string) (*Section, bool) {
	i := slices.IndexFunc(f.Sections, func(s *Section) bool { return s.Header.Mapping == mapping })
	if i < 0 {
		return nil, false
	}
	return f.Sections[i], true
}

var (
	errCut     = errors.New("cut off before its end")
	errDamaged = errors.New("edited or damaged: its digest does not fit")
)

// cut is the error of a line that has to be there.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

// checkSeal accepts line, which was decoded into v, only if it is what seal
// makes of v.
func checkSeal(digests hash.Hash, line []byte, v any, digest *string) error {
	again, err := seal(digests, v, digest)
	if err != nil {
		return err
	}
	if !bytes.Equal(line, again) {
		return errDamaged
	}
	return nil
}

// readSection reads one section, checking every row, the counts and the digest.
func readSection(r io.ReaderAt, lines *lineReader, touched bool) (*Section, error) {
	line, err := lines.next()
	if err != nil {
		return nil, cut(err)
	}
	var begin beginLine
	if err := decodeLine(line, &begin); err != nil || begin.Op != opBegin {
		return nil, errors.Join(errors.New("no header"), err)
	}
	s := &Section{Header: begin.Header, file: r, start: lines.offset}
	digest := sha256.New()
	var decoder decoder
	var summary Summary
	last := ""
	for {
		digest.Write(line)
		digest.Write([]byte{'\n'})
		s.end = lines.offset
		line, err = lines.next()
		if err != nil {
			return nil, cut(err)
		}
		if bytes.HasPrefix(line, endPrefix) {
			break
		}
		a, err := decoder.decode(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", lines.number, err)
		}
		if a.Where() < last {
			return nil, &OrderError{Side: "plan", Prev: last, Next: a.Where()}
		}
		last = a.Where()
		s.rows++
		summary.count(a)
	}
	return s, s.finish(line, digest, &summary, touched)
}

// endPrefix starts the last line of a section and no other.
var endPrefix = []byte(`{"op":"` + opEnd + `",`)

// finish checks the last line of a section against what was read before it.
func (s *Section) finish(line []byte, digest hash.Hash, counted *Summary, touched bool) error {
	var end endLine
	if err := json.Unmarshal(line, &end); err != nil {
		return err
	}
	if err := checkSeal(digest, line, &end, &end.Digest); err != nil {
		return err
	}
	if end.Rows != s.rows || !end.Summary.sameRows(counted) {
		return errors.New("edited or damaged: its totals do not fit its rows")
	}
	s.Summary = end.Summary
	if touched {
		return s.checkTouched(&end)
	}
	if !end.LocalComplete || !end.RemoteComplete || end.Touched {
		return errUnproved
	}
	s.proof = Proof{local: true, remote: true}
	return nil
}

// sameRows compares what is counted from rows.
func (s Summary) sameRows(t *Summary) bool {
	u := *t
	u.LocalFiles, u.RemoteObjects, u.OwnedRows = s.LocalFiles, s.RemoteObjects, s.OwnedRows
	u.DeniedObjects = s.DeniedObjects
	u.Unchanged, u.Extra, u.Shielded, u.Unmoved, u.UnmovedAt = s.Unchanged, s.Extra, s.Shielded, s.Unmoved, s.UnmovedAt
	u.Missing, u.MissingAt, u.MissingWhy, u.Unmounted, u.UnmountedAt = s.Missing, s.MissingAt, s.MissingWhy, s.Unmounted, s.UnmountedAt
	return s == u
}

// Rows yields the rows in order. It may be ranged over any number of times, also
// concurrently.
func (s *Section) Rows() iter.Seq2[Action, error] {
	return func(yield func(Action, error) bool) {
		for line, err := range s.lines() {
			var a Action
			if err == nil {
				a, err = parse(line)
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

// lines yields the encoded rows; a line is valid until the next.
func (s *Section) lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines := newLineReader(io.NewSectionReader(s.file, s.start, s.end-s.start))
		for range s.rows {
			line, err := lines.next()
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// CopyTo writes the section as it stands in its file.
func (s *Section) CopyTo(w io.Writer) error {
	out, err := beginSection(w, &s.Header)
	if err != nil {
		return err
	}
	out.summary = s.Summary
	if err := out.copyRows(io.NewSectionReader(s.file, s.start, s.end-s.start), s.rows, s.end-s.start); err != nil {
		return err
	}
	return out.end(&s.proof)
}

// lineReader reads lines of bounded length and knows where it stands.
type lineReader struct {
	r      *bufio.Reader
	buf    []byte // a line that the reader's own buffer did not hold at once
	offset int64  // after the line returned last
	number int64  // of the line returned last; the first of the file is 1
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10)}
}

// next returns the next line without its line feed, valid until the call after.
// A last line without line feed is io.ErrUnexpectedEOF.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	l.number++
	for {
		piece, err := l.r.ReadSlice('\n')
		l.offset += int64(len(piece))
		if err == nil && len(l.buf) == 0 {
			return piece[:len(piece)-1], nil
		}
		l.buf = append(l.buf, piece...)
		switch {
		case err == nil:
			return l.buf[:len(l.buf)-1], nil
		case len(l.buf) > maxLine:
			return nil, errors.New("line longer than 1 MiB")
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(l.buf) > 0:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}
