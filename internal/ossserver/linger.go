package ossserver

import (
	"io"
	"net/http"
	"time"
)

// Bounds of linger. A client on the same machine or network has sent what lies
// below them before it could notice.
const (
	lingerTime  = time.Second
	lingerBytes = 64 << 20
)

// linger reads on behind an answer that came before the end of the request's body.
// The system resets a connection that is closed over unread bytes, and a client
// that still sends would meet that in place of the answer.
func (c *call) linger() {
	r := c.request
	switch {
	case c.status == 0, c.whole, c.broken != nil, r.ContentLength == 0:
		return
	case r.Method == http.MethodGet, r.Method == http.MethodHead: // the body may never come
		return
	case r.Header.Get("Expect") != "" && c.received == 0: // the client waits to be asked for it
		return
	}
	if c.connection.Flush() != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, r.Body, lingerBytes); err == io.EOF {
		c.endBody()
	}
}
