package chaos

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
)

const (
	// hangs is longer than the client's longest patience, five minutes.
	hangs = 10 * time.Minute
	// tardy is how long after its client left a late commit comes.
	tardy = 30 * time.Second
)

// exchange is a request that a fault strikes, and the way of its answer.
type exchange struct {
	wire    *wire
	writer  http.ResponseWriter
	request *http.Request
	op      ossserver.Operation
}

// answer is what a server says, in one piece.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// Header makes answer an http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader makes answer an http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write makes answer an http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	a.body = append(a.body, p...)
	return len(p), nil
}

// record has a server handle r.
func record(server http.Handler, r *http.Request) *answer {
	a := &answer{header: http.Header{}}
	server.ServeHTTP(a, r)
	a.WriteHeader(http.StatusOK)
	return a
}

// strike has a fault of kind k happen to the exchange.
func (x *exchange) strike(k kind, f fault) {
	switch f.at {
	case whileSending:
		if size := x.request.ContentLength; size > 0 {
			io.CopyN(io.Discard, x.request.Body, int64(f.offset)%size)
		}
	case afterCommit:
		x.commit()
	}
	k.strike(x, f)
}

// commit has the server do what is asked for.
func (x *exchange) commit() *answer {
	if x.op != ossserver.ListObjects {
		return record(x.wire.server, x.request)
	}
	a := x.wire.list(x.request, func(url.Values) {})
	x.wire.mu.Lock()
	defer x.wire.mu.Unlock()
	x.wire.fresh[x.request.URL.Query().Get("marker")] = a
	return a
}

// hold reads the whole body of the request, so that it can be served later or
// more than once.
func (x *exchange) hold() []byte {
	content, _ := io.ReadAll(x.request.Body) // what is cut is refused for its length
	x.rewind(content)
	return content
}

func (x *exchange) rewind(content []byte) {
	x.request.Body = io.NopCloser(bytes.NewReader(content))
}

// reply gives a well-formed answer.
func (x *exchange) reply(a *answer) {
	for name, values := range a.header {
		x.writer.Header()[name] = values
	}
	if x.request.Method != http.MethodHead && a.status != http.StatusNoContent {
		x.writer.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	x.writer.WriteHeader(a.status)
	x.writer.Write(a.body)
	if x.op == ossserver.ListObjects {
		x.wire.mu.Lock()
		x.wire.page = a
		x.wire.mu.Unlock()
	}
}

// refusal is an error as the service words it.
func (x *exchange) refusal(status int, code string) *answer {
	a := &answer{status: status, header: http.Header{}}
	a.header.Set("Date", x.wire.now().UTC().Format(http.TimeFormat))
	a.header.Set("X-Oss-Request-Id", "5C3D9175B6FC201293AD4890")
	a.header.Set("Content-Type", "application/xml")
	a.body = fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>A fault.</Message>`+
		`<RequestId>5C3D9175B6FC201293AD4890</RequestId><HostId>127.0.0.1</HostId></Error>`, code)
	return a
}

// head is the head of an answer as it goes over the wire.
func head(a *answer) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	a.header.Write(&b)
	b.WriteString("Connection: close\r\n\r\n")
	return b.Bytes()
}

// takeOver takes the connection away from the server.
func (x *exchange) takeOver() *farEnd {
	conn, _, err := http.NewResponseController(x.writer).Hijack()
	if err != nil {
		x.wire.stray("connection that cannot be taken over: %v", err)
		panic(http.ErrAbortHandler)
	}
	return conn.(*farEnd)
}

// raw sends bytes as they are, and gives up the connection in one of three ways.
func (x *exchange) raw(text []byte, end string) {
	conn := x.takeOver()
	if _, err := conn.Write(text); err == nil && end == stalled {
		x.hang()
	}
	if end == reset {
		conn.abort()
		return
	}
	conn.Close()
}

// hang waits until the client has gone, which it has after a while.
func (x *exchange) hang() { x.rest(hangs) }

// rest lets time pass, at most until the world ends or the client leaves.
func (x *exchange) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.request.Context().Done():
	case <-x.wire.network.closing:
	}
}
