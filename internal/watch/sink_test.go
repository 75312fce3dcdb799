package watch

import (
	"io"
	"syscall"
	"testing"
)

// slowly is a writer that waits to be let go.
type slowly struct{ let chan struct{} }

func (w slowly) Write(b []byte) (int, error) {
	<-w.let
	return len(b), nil
}

func TestW11_LogThatNobodyTakes(t *testing.T) {
	w := slowly{make(chan struct{})}
	s := NewSink(w)
	const lines = 3 * sinkLines
	for range lines {
		if n, err := io.WriteString(s, "line\n"); n != 5 || err != nil {
			t.Fatal(n, err)
		}
	}
	if d := s.Dropped(); d < lines-sinkLines-1 || d > lines-sinkLines {
		t.Errorf("%d dropped", d)
	}
	close(w.let)
	s.Close()
	<-s.ended
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestW11_LogToAFullDisk(t *testing.T) {
	s := NewSink(full{})
	for range 10 {
		if n, err := io.WriteString(s, "line\n"); n != 5 || err != nil {
			t.Fatal(n, err)
		}
	}
	s.Close()
	s.Close() // again does nothing
	if d := s.Dropped(); d != 10 {
		t.Errorf("%d dropped", d)
	}
}
