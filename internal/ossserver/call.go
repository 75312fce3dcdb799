package ossserver

import (
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/time/rate"
)

// call is one request on its way through the server, and the writer of its
// answer. Faults on the answer happen here, so that no handler knows of them.
type call struct {
	target
	operation Operation
	query     query
	seq       int64
	id        string
	request   *http.Request
	received  int64
	whole     bool          // the body of the request was read to its end
	broken    error         // what it ended with instead
	pace      *rate.Limiter // of bytes a second; nil: none
	delayed   time.Duration // by pace

	response   http.ResponseWriter
	connection *http.ResponseController
	status     int // 0 until the answer has begun
	code       string
	sent       int64
	fault      *Fault
	replaced   bool // the answer came from a fault; drop what the handler writes
	closing    <-chan struct{}
	deletes    []ObjectVersion // what a DeleteMultipleObjects names
}

// newRequestID returns 24 upper-case hexadecimal digits.
func newRequestID() string {
	var b [12]byte
	rand.Read(b[:])
	return upperHex(b[:])
}

// Read reads the body of the request.
func (c *call) Read(p []byte) (int, error) {
	if c.pace != nil {
		p = p[:min(len(p), paceBurst)]
	}
	c.awaitBody()
	n, err := c.request.Body.Read(p)
	c.received += int64(n)
	if err == io.EOF {
		c.endBody()
	} else if err != nil {
		c.broken = err
	}
	if c.pace != nil {
		if err := c.keepPace(n); err != nil {
			return n, err
		}
	}
	return n, err
}

func (c *call) Header() http.Header { return c.response.Header() }

func (c *call) WriteHeader(status int) {
	if c.status != 0 || c.replaced {
		return
	}
	if f := c.fault; f != nil {
		if f.When == AfterCommit && c.strike() {
			return
		}
		for name, value := range f.Header {
			c.overrideHeader(name, value)
		}
	}
	if c.pace != nil {
		c.Header().Set("X-Oss-Qos-Delay-Time", strconv.FormatInt(c.delayed.Milliseconds(), 10))
	}
	c.status = status
	c.leaveBody()
	c.awaitReader()
	c.response.WriteHeader(status)
}

func (c *call) overrideHeader(name, value string) {
	if value == "" {
		// A nil entry, unlike none, keeps net/http from filling in its own.
		c.Header()[http.CanonicalHeaderKey(name)] = nil
		return
	}
	c.Header().Set(name, value)
}

// strike carries out the part of the fault that comes before the answer, and
// reports whether the answer was replaced.
func (c *call) strike() bool {
	f := c.fault
	if f.Wait != nil {
		c.stall(f.Wait)
	}
	if f.Delay > 0 {
		passed := make(chan struct{})
		timer := time.AfterFunc(f.Delay, func() { close(passed) })
		c.stall(passed)
		timer.Stop()
	}
	if f.Drop {
		panic(http.ErrAbortHandler)
	}
	if f.Status == 0 {
		return false
	}
	c.answerFault(f)
	return true
}

func (c *call) answerFault(f *Fault) {
	for name := range c.Header() {
		if name != "Server" && name != "Date" && name != "X-Oss-Request-Id" {
			c.Header().Del(name)
		}
	}
	c.fault = &Fault{When: Before, Header: f.Header, FlipAt: f.FlipAt, TruncateAt: f.TruncateAt}
	if f.Body == nil {
		c.writeError(newError(f.Status, f.Code, "A fault was injected."))
	} else {
		c.Header().Set("Content-Length", strconv.Itoa(len(f.Body)))
		c.WriteHeader(f.Status)
		c.Write(f.Body)
	}
	c.replaced = true
}

// stall blocks until released. A client that left ends it too, and then there
// is nobody to answer.
func (c *call) stall(released <-chan struct{}) {
	select {
	case <-released:
	case <-c.request.Context().Done():
		panic(http.ErrAbortHandler)
	case <-c.closing:
		panic(http.ErrAbortHandler)
	}
}

func (c *call) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if c.replaced {
		return len(p), nil
	}
	if c.pace != nil {
		return c.writePaced(p)
	}
	return c.writeNow(p)
}

// writeNow is Write without a look at the pace.
func (c *call) writeNow(p []byte) (int, error) {
	if c.fault != nil && c.fault.altersBody() {
		return c.writeAltered(p)
	}
	c.awaitReader()
	n, err := c.response.Write(p)
	c.sent += int64(n)
	return n, err
}

func (c *call) writeAltered(p []byte) (int, error) {
	flip, cut := c.fault.FlipAt, c.fault.TruncateAt
	out := append([]byte(nil), p...)
	if flip != nil && c.sent <= *flip && *flip < c.sent+int64(len(out)) {
		out[*flip-c.sent] ^= 0xFF
	}
	truncated := cut != nil && *cut <= c.sent+int64(len(out))
	if truncated {
		out = out[:max(0, *cut-c.sent)]
	}
	n, err := c.response.Write(out)
	c.sent += int64(n)
	if truncated {
		// What net/http still buffers would be lost with the connection.
		if err := http.NewResponseController(c.response).Flush(); err != nil {
			return n, err
		}
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// ReadFrom hands the file behind a body to net/http, which knows sendfile.
func (c *call) ReadFrom(r io.Reader) (int64, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	to, ok := c.response.(io.ReaderFrom)
	if _, socket := c.request.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); !socket || !ok || c.replaced || c.pace != nil || c.fault != nil && c.fault.altersBody() {
		return io.Copy(struct{ io.Writer }{c}, r)
	}
	return c.readPieces(to, r)
}

// writeXML answers with a document, given in pieces of which the last is not
// empty. As in writeBody the last byte is held back by net/http.
func (c *call) writeXML(status int, pieces ...[]byte) {
	c.writeDocument(status, "application/xml", pieces...)
}

// writeDocument is writeXML for any type of document.
func (c *call) writeDocument(status int, contentType string, pieces ...[]byte) {
	length := 0
	for _, p := range pieces {
		length += len(p)
	}
	c.Header().Set("Content-Type", contentType)
	c.Header().Set("Content-Length", strconv.Itoa(length))
	c.WriteHeader(status)
	last := len(pieces) - 1
	for _, p := range pieces[:last] {
		c.Write(p)
	}
	end := len(pieces[last]) - 1
	c.Write(pieces[last][:end])
	c.Write(pieces[last][end:])
}

// describe returns the request in the form for hooks.
func (c *call) describe() Request {
	return Request{
		Seq:       c.seq,
		ID:        c.id,
		Method:    c.request.Method,
		Operation: c.operation,
		Bucket:    c.bucket,
		Key:       c.key,
		Query:     c.query.values(),
		Header:    c.request.Header,
	}
}

// writeEmpty answers without a body.
func (c *call) writeEmpty(status int) {
	if status != http.StatusNoContent {
		c.Header().Set("Content-Length", "0")
	}
	c.WriteHeader(status)
}
