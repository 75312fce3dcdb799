package ossclient

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock knows the difference between this machine's time and the store's. The
// zero value knows nothing and trusts this machine.
type clock struct {
	newest atomic.Pointer[reading]
	offset atomic.Int64 // nanoseconds to add to this machine's time in signatures
}

// reading is one Date header and when it arrived.
type reading struct{ date, arrived time.Time }

// note takes the Date of an answer that has just arrived.
func (c *clock) note(header http.Header) {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		c.newest.Store(&reading{date: date, arrived: time.Now()})
	}
}

// server gives the store's time. time.Since reads the monotonic clock, so a
// step of this machine's time since the reading does no harm.
func (c *clock) server() (time.Time, bool) {
	r := c.newest.Load()
	if r == nil {
		return time.Time{}, false
	}
	return r.date.Add(time.Since(r.arrived)), true
}

// correct makes signatures follow date, the store's time when it refused a
// request as too skewed.
func (c *clock) correct(date time.Time) { c.offset.Store(int64(time.Until(date))) }

// now is the time of a signature.
func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }
