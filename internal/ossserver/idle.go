package ossserver

import (
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"time"
)

// idleLimit is how long a client may neither send nor take a byte of a body.
const idleLimit = time.Minute

// idlePiece is how much of a body goes out under one deadline where the system
// copies it, and nobody sees the bytes go: who takes less than that in idleLimit,
// about 1 KiB a second, counts as one who takes nothing.
const idlePiece = 64 << 10

// awaitBody gives the client idleLimit for the next bytes of its body.
func (c *call) awaitBody() {
	// A writer that is no connection, as tests have it, knows no deadlines.
	_ = c.connection.SetReadDeadline(time.Now().Add(idleLimit))
}

// endBody lifts the deadline: from now on the server reads to see whether the
// client leaves, and a deadline that passes would look like that.
func (c *call) endBody() {
	c.whole = true
	_ = c.connection.SetReadDeadline(time.Time{})
}

// leaveBody bounds how long the rest of a body that was not read is waited for:
// by net/http, which reads a little of it before it sends the answer, and by linger.
func (c *call) leaveBody() {
	if c.request.ContentLength != 0 && !c.whole {
		_ = c.connection.SetReadDeadline(time.Now().Add(lingerTime))
	}
}

// awaitReader gives the client idleLimit to take what is written next.
func (c *call) awaitReader() { _ = c.connection.SetWriteDeadline(time.Now().Add(idleLimit)) }

// requestTimeout is the answer to a body that stalls, nil when err tells of none.
func requestTimeout(err error) *apiError {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	e := newError(http.StatusBadRequest, "RequestTimeout",
		"Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.")
	return e.withHeader("Connection", "close")
}

// readPieces lets net/http copy a body, which a deadline goes along with.
func (c *call) readPieces(to io.ReaderFrom, r io.Reader) (written int64, err error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		limited = &io.LimitedReader{R: r, N: math.MaxInt64}
	}
	for limited.N > 0 {
		c.awaitReader()
		// net/http sends a file by itself where one limit is around it.
		n, err := to.ReadFrom(io.LimitReader(limited.R, min(limited.N, idlePiece)))
		written, limited.N, c.sent = written+n, limited.N-n, c.sent+n
		if err != nil || n == 0 {
			return written, err
		}
	}
	return written, nil
}
