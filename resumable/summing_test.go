package resumable

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"
)

// However often and however far a body is read before an attempt ends, the sum is of
// what the last attempt took.
func TestI3_SumIsOfTheLastAttempt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "content")
		s := &summing{content: bytes.NewReader(content)}
		for range rapid.IntRange(0, 3).Draw(t, "broken attempts") {
			io.CopyN(io.Discard, s, int64(rapid.IntRange(0, len(content)).Draw(t, "taken")))
			if rapid.Bool().Draw(t, "measured") {
				s.Seek(0, io.SeekEnd)
			}
			s.Seek(0, io.SeekStart)
		}
		taken := content[:rapid.IntRange(0, len(content)).Draw(t, "taken at last")]
		for rest := len(taken); rest > 0; {
			n, err := s.Read(make([]byte, rapid.IntRange(1, rest).Draw(t, "chunk")))
			if err != nil {
				t.Fatal(err)
			}
			rest -= n
		}
		if len(taken) > 0 && (s.crc != digestOf(taken).crc || s.summed != int64(len(taken))) {
			t.Errorf("%x of %d bytes, want %x of %d", s.crc, s.summed, digestOf(taken).crc, len(taken))
		}
	})
}

func TestI3_SumOfScatteredReadings(t *testing.T) {
	s := &summing{content: bytes.NewReader([]byte("0123456789"))}
	if _, err := io.ReadFull(s, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seek(6, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Read(make([]byte, 4)); n != 0 || !errors.Is(err, errOutOfOrder) {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := s.Seek(0, -1); err == nil {
		t.Error("no error of the content's")
	}
}
