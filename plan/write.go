package plan

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// WriteFileHeader writes the first line of a plan file. The sections of the
// mappings have to follow in that order.
func WriteFileHeader(w io.Writer, tool string, mappings []string) error {
	h := fileHeader{Op: opFile, Format: formatVersion, Tool: tool, Mappings: mappings}
	line, err := seal(sha256.New(), &h, &h.Digest)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// seal returns the line of v, whose field digest becomes that of the lines which
// digests has seen and of this one. Nothing of a sealed line can be changed
// without notice.
func seal(digests hash.Hash, v any, digest *string) ([]byte, error) {
	*digest = ""
	line, err := encodeLine(v)
	if err != nil {
		return nil, err
	}
	digests.Write(line)
	*digest = hex.EncodeToString(digests.Sum(nil))
	return encodeLine(v)
}

// sectionWriter writes begin, rows and end, and counts what it writes.
type sectionWriter struct {
	w       *bufio.Writer
	encoder encoder
	digest  hash.Hash
	rows    int64
	summary Summary
}

func beginSection(w io.Writer, h *Header) (*sectionWriter, error) {
	s := &sectionWriter{w: bufio.NewWriterSize(w, 64<<10), digest: sha256.New()}
	line, err := encodeLine(&beginLine{Op: opBegin, Header: *h})
	if err != nil {
		return nil, err
	}
	return s, s.line(line)
}

func (s *sectionWriter) line(line []byte) error {
	s.digest.Write(line)
	s.digest.Write([]byte{'\n'})
	s.w.Write(line)
	return s.w.WriteByte('\n')
}

// row writes the action that line encodes.
func (s *sectionWriter) row(a Action, line []byte) error {
	s.rows++
	s.summary.count(a)
	return s.line(line)
}

// copyRows writes the rows that stand in size bytes of r. They are already counted
// in the summary.
func (s *sectionWriter) copyRows(r io.Reader, rows, size int64) error {
	s.rows += rows
	_, err := io.CopyN(io.MultiWriter(s.digest, s.w), r, size)
	return err
}

func (s *sectionWriter) action(a Action) error {
	line, err := s.encoder.encode(a)
	if err != nil {
		return err
	}
	return s.row(a, line)
}

func (s *sectionWriter) end(proof *Proof) error {
	if !proof.Whole() {
		return errUnproved
	}
	return s.seal(&endLine{Op: opEnd, Rows: s.rows, LocalComplete: proof.local, RemoteComplete: proof.remote, Summary: s.summary})
}

// seal writes the last line.
func (s *sectionWriter) seal(end *endLine) error {
	line, err := seal(s.digest, end, &end.Digest)
	if err != nil {
		return err
	}
	s.w.Write(line)
	s.w.WriteByte('\n')
	return s.w.Flush()
}
