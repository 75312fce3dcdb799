package watch

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// sinkLines is how many lines of a log wait for a reader that is slow.
const sinkLines = 1024

// Sink is a writer that never blocks and never fails: lines that nobody takes are
// dropped and counted. A log to a full disk, a terminal that was stopped or a pipe
// whose reader sleeps must not hold a sync. It is safe for concurrent use.
type Sink struct {
	lines   chan []byte
	dropped atomic.Int64
	closing sync.Once
	closed  chan struct{}
	ended   chan struct{}
}

// NewSink returns a Sink that passes lines on to w from a goroutine of its own,
// until Close.
func NewSink(w io.Writer) *Sink {
	s := &Sink{lines: make(chan []byte, sinkLines), closed: make(chan struct{}), ended: make(chan struct{})}
	go s.run(w)
	return s
}

// Write takes a line. It always succeeds.
func (s *Sink) Write(line []byte) (int, error) {
	select {
	case s.lines <- append([]byte(nil), line...):
	default:
		s.dropped.Add(1)
	}
	return len(line), nil
}

// Dropped returns how many lines were dropped, or failed to be written, so far.
func (s *Sink) Dropped() int64 { return s.dropped.Load() }

func (s *Sink) run(w io.Writer) {
	defer close(s.ended)
	for {
		select {
		case line := <-s.lines:
			s.pass(w, line)
		case <-s.closed:
			for len(s.lines) > 0 {
				s.pass(w, <-s.lines)
			}
			return
		}
	}
}

func (s *Sink) pass(w io.Writer, line []byte) {
	if _, err := w.Write(line); err != nil {
		s.dropped.Add(1)
	}
}

// closePatience is how long lines may take that were not passed on yet.
const closePatience = time.Second

// Close has the lines passed on that wait, for a second at most, and ends the
// goroutine, unless the writer never returns.
func (s *Sink) Close() {
	s.closing.Do(func() { close(s.closed) })
	select {
	case <-s.ended:
	case <-time.After(closePatience):
	}
}
