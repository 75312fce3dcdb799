package ossserver

import (
	"net/http"
	"net/url"
	"time"
)

// Hooks let a test watch and disturb a server in its own process. The zero
// value does neither. Hooks are called from many goroutines at once.
type Hooks struct {
	// Fault is asked once for each request that names an operation, before
	// its signature is checked. What it returns happens to the request; nil
	// leaves it alone.
	Fault func(Request) *Fault

	// Log is given each request once it was handled, also when the connection
	// is dropped, and before the client has the last byte of the answer.
	// Journal.Record is made for it.
	Log func(Exchange)
}

// Request is a request as the server understood it.
type Request struct {
	Seq       int64  // 1 for the first request since Open
	ID        string // x-oss-request-id of the answer
	Method    string
	Operation Operation
	Bucket    string // decoded, empty at the service level
	Key       string // decoded, empty at the service and bucket level
	Query     url.Values
	Header    http.Header // of the request; not to be changed
}

// Exchange is a request and what was answered.
type Exchange struct {
	Request
	Status   int    // 0 when the connection was dropped before an answer
	Code     string // OSS error code, empty on success
	Received int64  // bytes of the request's body that were read
	Sent     int64  // bytes of the answer's body
	Duration time.Duration

	// Deletes are what the body of a DeleteMultipleObjects named, in its order.
	// It is nil for other operations, which name a key in Request at most, and
	// for a body that was refused.
	Deletes []ObjectVersion
}

// ObjectVersion names a version of an object.
type ObjectVersion struct {
	Key       string `xml:"Key"`
	VersionID string `xml:"VersionId"` // empty: the current one
}

// When says at which point of a request a fault happens.
type When int

const (
	// Before the request has any effect.
	Before When = iota
	// AfterCommit is after its effect is durable and before a byte of the
	// answer is sent: an answer lost there leaves the client in doubt.
	AfterCommit
)

// Fault is what happens to a request. Its parts happen in the order of the
// fields; the zero value changes nothing.
type Fault struct {
	When When

	// Wait stalls the request until the channel is closed, the client leaves
	// or the server closes.
	Wait <-chan struct{}
	// Delay stalls it for a time, with the same ends.
	Delay time.Duration

	// Drop closes the connection without an answer.
	Drop bool

	// Status, when not 0, is answered in place of the true answer: with an
	// OSS error of this Code, or, when Body is not nil, with exactly Body
	// (an HTML page of a proxy, an empty 200).
	Status int
	Code   string
	Body   []byte

	// Header replaces headers of the answer; an empty value removes one.
	Header map[string]string
	// FlipAt inverts all bits of the body byte at this offset.
	FlipAt *int64
	// TruncateAt drops the connection after so many bytes of the body.
	// Content-Length still tells the whole.
	TruncateAt *int64
}

func (f *Fault) altersBody() bool { return f.FlipAt != nil || f.TruncateAt != nil }
