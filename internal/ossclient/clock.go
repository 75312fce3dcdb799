package ossclient

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
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

// clockedSigner is the SDK's V4 signer with the time of clock. The SDK's own
// correction of skew writes a field that other requests read without a lock.
type clockedSigner struct {
	signer.SignerV4
	clock *clock
}

// Sign implements signer.Signer. A time that is set, or that of a presigned
// URL, whose meaning is the expiry, stays as it is.
func (s *clockedSigner) Sign(ctx context.Context, signing *signer.SigningContext) error {
	if signing.Time.IsZero() && !signing.AuthMethodQuery {
		signing.Time = time.Now().Add(time.Duration(s.clock.offset.Load()))
	}
	return s.SignerV4.Sign(ctx, signing)
}
