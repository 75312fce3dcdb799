package ossserver

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// pipeBuffer is how many bytes one direction of a connection holds, about what
// a TCP socket on the loopback does.
const pipeBuffer = 64 << 10

// newPipe returns the two ends of a connection within the process. Unlike
// net.Pipe it is buffered, so that a writer does not wait for each read.
func newPipe() (a, b net.Conn) {
	ab, ba := newStream(), newStream()
	return &pipeConn{in: ba, out: ab}, &pipeConn{in: ab, out: ba}
}

type pipeConn struct{ in, out *stream }

func (c *pipeConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *pipeConn) Write(p []byte) (int, error) { return c.out.write(p) }

func (c *pipeConn) Close() error {
	c.in.close(&c.in.readerGone)
	c.out.close(&c.out.writerGone)
	return nil
}

func (c *pipeConn) LocalAddr() net.Addr  { return pipeAddr{} }
func (c *pipeConn) RemoteAddr() net.Addr { return pipeAddr{} }

func (c *pipeConn) SetDeadline(t time.Time) error {
	c.in.reading.set(c.in, t)
	c.out.writing.set(c.out, t)
	return nil
}

func (c *pipeConn) SetReadDeadline(t time.Time) error {
	c.in.reading.set(c.in, t)
	return nil
}

func (c *pipeConn) SetWriteDeadline(t time.Time) error {
	c.out.writing.set(c.out, t)
	return nil
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// stream is one direction of a connection: a ring of bytes.
type stream struct {
	mu         sync.Mutex
	changed    sync.Cond
	ring       []byte // allocated by the first write
	start, n   int    // the n bytes from start on, wrapping, are unread
	writerGone bool
	readerGone bool
	reading    deadline
	writing    deadline
}

func newStream() *stream {
	s := &stream{}
	s.changed.L = &s.mu
	return s
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.readerGone:
			return 0, net.ErrClosed
		case s.reading.passed:
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case s.n > 0:
			total := copy(p, s.ring[s.start:min(s.start+s.n, len(s.ring))])
			total += copy(p[total:], s.ring[:max(0, s.start+s.n-len(s.ring))])
			s.start, s.n = (s.start+total)%len(s.ring), s.n-total
			s.changed.Broadcast()
			return total, nil
		case s.writerGone:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(p []byte) (written int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.writerGone:
			return written, net.ErrClosed
		case s.readerGone:
			return written, syscall.EPIPE
		case s.writing.passed:
			return written, os.ErrDeadlineExceeded
		case len(p) == 0:
			return written, nil
		}
		if s.ring == nil {
			s.ring = make([]byte, pipeBuffer)
		}
		if s.n == len(s.ring) {
			s.changed.Wait()
			continue
		}
		end := (s.start + s.n) % len(s.ring)
		n := copy(s.ring[end:min(end+len(s.ring)-s.n, len(s.ring))], p)
		p, s.n, written = p[n:], s.n+n, written+n
		s.changed.Broadcast()
	}
}

// close marks one side as gone.
func (s *stream) close(side *bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*side = true
	s.reading.stop()
	s.writing.stop()
	s.changed.Broadcast()
}

// deadline is guarded by the mutex of its stream.
type deadline struct {
	timer  *time.Timer
	passed bool
}

// set replaces the deadline; the zero time is none.
func (d *deadline) set(s *stream, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.stop()
	d.passed = false
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		s.changed.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(left, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if d.timer == timer { // not replaced while it fired
			d.passed = true
			s.changed.Broadcast()
		}
	})
	d.timer = timer
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}
