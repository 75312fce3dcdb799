package resumable

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// onlyReader hides all methods but Read.
type onlyReader struct{ io.Reader }

func TestSF1_FromTheCurrentPosition(t *testing.T) {
	src := strings.NewReader("0123456789")
	src.Seek(3, io.SeekStart)
	r, err := NewSizedReader(src, 4)
	if err != nil {
		t.Fatal(err)
	}
	if r.Len() != 4 {
		t.Errorf("SF-1: Len %d", r.Len())
	}
	p := make([]byte, 3)
	if n, err := r.Read(p); n != 3 || err != nil || r.Len() != 1 {
		t.Errorf("SF-2: %d, %v, Len %d", n, err, r.Len())
	}
	if rest, err := io.ReadAll(r); string(rest) != "6" || err != nil {
		t.Errorf("SF-2: %q, %v", rest, err)
	}
	if n, err := r.Read(p); n != 0 || err != io.EOF {
		t.Errorf("SF-2: %d, %v after the end", n, err)
	}
	if rest, _ := io.ReadAll(src); string(rest) != "789" {
		t.Errorf("SF-6: source has %q left", rest)
	}
}

func TestSF3_ShortReadsAreCounted(t *testing.T) {
	r, _ := NewSizedReader(iotest.OneByteReader(strings.NewReader("0123456789")), 7)
	if got, err := io.ReadAll(r); string(got) != "0123456" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSF5_SourceEndsEarly(t *testing.T) {
	for _, src := range []io.Reader{strings.NewReader("012"), onlyReader{strings.NewReader("012")}, iotest.DataErrReader(strings.NewReader("012"))} {
		r, _ := NewSizedReader(src, 5)
		if got, err := io.ReadAll(r); string(got) != "012" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestSF4_SeeksOnlyIfTheSourceDoes(t *testing.T) {
	r, _ := NewSizedReader(onlyReader{strings.NewReader("x")}, 1)
	if _, ok := r.(io.Seeker); ok {
		t.Error("SF-5: seeker over a source that is none")
	}
	if _, ok := r.(io.Closer); ok {
		t.Error("closer")
	}
	src := strings.NewReader("--0123456789--")
	src.Seek(2, io.SeekStart)
	r, _ = NewSizedReader(src, 10)
	io.CopyN(io.Discard, r, 7)
	for _, tt := range []struct {
		offset int64
		whence int
		want   int64
		rest   string
	}{{0, io.SeekStart, 0, "0123456789"}, {-4, io.SeekEnd, 6, "6789"}, {-1, io.SeekCurrent, 9, "9"}, {5, io.SeekEnd, 15, ""}} {
		got, err := r.(io.Seeker).Seek(tt.offset, tt.whence)
		rest, _ := io.ReadAll(r)
		if got != tt.want || err != nil || string(rest) != tt.rest {
			t.Errorf("Seek(%d, %d): %d, %v, then %q", tt.offset, tt.whence, got, err, rest)
		}
	}
	for _, bad := range [][2]int64{{-1, io.SeekStart}, {0, 9}} {
		if _, err := r.(io.Seeker).Seek(bad[0], int(bad[1])); !errors.Is(err, ErrInvalid) {
			t.Errorf("Seek(%v): %v", bad, err)
		}
	}
}

func TestSF6_Zero(t *testing.T) {
	r, _ := NewSizedReader(strings.NewReader("x"), 0)
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF || r.Len() != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := NewSizedReader(strings.NewReader("x"), -1); !errors.Is(err, ErrInvalid) {
		t.Errorf("negative size: %v", err)
	}
}

func TestSF2_LikeASectionReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "data")
		start := rapid.IntRange(0, len(data)).Draw(t, "start")
		size := rapid.IntRange(0, len(data)-start).Draw(t, "size")
		src := bytes.NewReader(data)
		src.Seek(int64(start), io.SeekStart)
		r, err := NewSizedReader(src, int64(size))
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(r, data[start:start+size]); err != nil {
			t.Fatal(err)
		}
	})
}
