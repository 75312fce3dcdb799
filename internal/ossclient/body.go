package ossclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"
)

// meter counts the bytes of one direction and holds them to the bandwidth.
type meter struct {
	total   *atomic.Int64
	limiter *rate.Limiter // nil: no limit
}

// newMeter makes the meter of a direction. The burst is what one read may move
// at once: small enough that 64 connections take turns within a second or so.
func newMeter(total *atomic.Int64, bandwidth int64) meter {
	m := meter{total: total}
	if bandwidth > 0 {
		burst := min(max(bandwidth/64, 4<<10), 256<<10)
		m.limiter = rate.NewLimiter(rate.Limit(bandwidth), int(burst))
	}
	return m
}

// window shortens p to what may be moved at once.
func (m meter) window(p []byte) []byte {
	if m.limiter == nil {
		return p
	}
	return p[:min(len(p), m.limiter.Burst())]
}

// passed books n bytes and waits until they were due.
func (m meter) passed(ctx context.Context, n int) error {
	m.total.Add(int64(n))
	if m.limiter == nil || n == 0 {
		return nil
	}
	return m.limiter.WaitN(ctx, n)
}

// bodiless reports whether req has no body by its method, though the SDK gives every
// request one: net/http would ask an empty one of unknown length for a first byte, in
// a goroutine of its own.
func bodiless(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		return req.ContentLength == 0
	}
	return false
}

// oneWrite is the size up to which a body goes out in one write with its headers,
// for both fit the buffer of a connection.
const oneWrite = bufferSize / 2

// fitsOneWrite reports whether the body of req can be sent from memory. With a
// bandwidth to keep, each body is let through piece by piece.
func (t *transport) fitsOneWrite(req *http.Request) bool {
	return 0 < req.ContentLength && req.ContentLength <= oneWrite && t.up.limiter == nil
}

// inMemory reads the body of req, which is the transport's as soon as it has
// given up the request, into memory that is nobody's. The type of what it returns
// is one of those that net/http does not send the headers ahead of.
func inMemory(req *http.Request) (io.ReadCloser, error) {
	defer req.Body.Close()
	content := make([]byte, req.ContentLength+1) // one more, to see that there is an end
	n, err := io.ReadFull(req.Body, content)
	switch {
	case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
		return nil, err
	case int64(n) != req.ContentLength:
		return nil, fmt.Errorf("body of other than the %d bytes announced", req.ContentLength)
	}
	return io.NopCloser(bytes.NewReader(content[:n])), nil
}

// errReleased ends a request body whose owner has it back.
var errReleased = errors.New("request body released")

// outgoing is the body of a request on its way out.
//
// The transport may still read a body after it has given up the request or has
// delivered an early answer, while the SDK already rewinds the same reader for
// the next attempt. So the body is taken away from the transport, by release,
// before the caller gets control back. A body of unannounced length then fails
// rather than ends, because an end would make the server take half of it, or
// none, for the whole.
type outgoing struct {
	ctx   context.Context
	meter meter
	dog   *watchdog

	mu       sync.Mutex // held while body is read
	body     io.ReadCloser
	left     int64 // of the announced length; negative if none was announced
	eof      bool
	released bool
}

// Read implements io.Reader.
func (o *outgoing) Read(p []byte) (int, error) {
	o.dog.sleep()
	defer o.dog.wake()
	n, err := o.read(o.meter.window(p))
	if waitErr := o.meter.passed(o.ctx, n); waitErr != nil {
		return n, waitErr
	}
	return n, err
}

// read keeps apart the lock and the wait for bandwidth.
func (o *outgoing) read(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.eof, o.released && o.left == 0:
		return 0, io.EOF
	case o.released:
		return 0, errReleased
	}
	n, err := o.body.Read(p)
	o.left -= int64(n)
	o.eof = err == io.EOF
	return n, err
}

// Close implements io.Closer.
func (o *outgoing) Close() error {
	o.release()
	return o.body.Close()
}

// newOutgoing wraps body, of which length bytes are announced; 0 means that the
// length is not known, as in http.Request.
func newOutgoing(ctx context.Context, m meter, dog *watchdog, body io.ReadCloser, length int64) *outgoing {
	if length == 0 {
		length = -1
	}
	return &outgoing{ctx: ctx, meter: m, dog: dog, body: body, left: length}
}

// release takes the body away from the transport. It waits for a read of the
// body that is under way.
func (o *outgoing) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.released = true
}

// incoming is the body of an answer. The watchdog is awake only inside Read, so
// a caller may take its time between two reads.
type incoming struct {
	ctx    context.Context
	meter  meter
	dog    *watchdog
	body   io.ReadCloser
	limit  int64  // bytes still let through; an answer ends there as if cut
	finish func() // when the body has ended or is closed; may be called again
}

// Read implements io.Reader.
func (i *incoming) Read(p []byte) (int, error) {
	if i.limit <= 0 {
		return 0, io.EOF
	}
	p = i.meter.window(p[:min(int64(len(p)), i.limit)])
	i.dog.wake()
	n, err := i.body.Read(p)
	i.dog.sleep()
	i.limit -= int64(n)
	if err != nil {
		err = stallOr(i.ctx, err)
		i.finish()
		i.meter.total.Add(int64(n))
		return n, err
	}
	return n, i.meter.passed(i.ctx, n)
}

// Close implements io.Closer.
func (i *incoming) Close() error {
	err := i.body.Close()
	i.finish()
	return err
}

// stallOr gives the watchdog's error if that is why ctx ended, else err.
func stallOr(ctx context.Context, err error) error {
	if s := (*stalled)(nil); errors.As(context.Cause(ctx), &s) && err != io.EOF {
		return s
	}
	return err
}
