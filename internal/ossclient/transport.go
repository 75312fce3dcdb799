package ossclient

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/osssync/osssync/internal/credential"
)

const (
	dialTimeout  = 10 * time.Second
	idleTimeout  = 50 * time.Second // OSS gives up idle connections after a minute
	bufferSize   = 32 << 10         // per connection and direction
	headerLimit  = 64 << 10         // bytes of answer headers
	refusalLimit = 1 << 20          // bytes of the body of an answer other than 2xx
)

// RedirectError is a 3xx answer. It is never followed: it would carry the
// signature and the session token to a host that the spec does not name.
type RedirectError struct {
	Status int    // such as 307
	Host   string // where it points, "" if it does not say
}

// Error says what to set.
func (e *RedirectError) Error() string {
	return fmt.Sprintf("status %d, redirect to %q, not followed: set the store's region or endpoint to the bucket's own", e.Status, e.Host)
}

// transport sends requests: past the gate, counted, watched and metered.
type transport struct {
	base      *http.Transport
	pathStyle bool
	keys      *credential.Provider // nil: the keys are fixed
	limits    stallLimits
	gate      gate
	places    *places
	budget    *budget
	clock     clock
	counters  *Counters
	up, down  meter
}

func newTransport(opts Options, limits stallLimits, pathStyle bool, trust network) *transport {
	t := &transport{
		base:      trust.transport(opts),
		pathStyle: pathStyle,
		limits:    limits,
		budget:    newBudget(freeRetries(opts.Connections)),
		counters:  opts.Counters,
	}
	t.places = newPlaces(opts.Connections, func() int64 { return t.counters.sent.Load() + t.counters.received.Load() })
	t.up = newMeter(&t.counters.sent, opts.Bandwidth)
	t.down = newMeter(&t.counters.received, opts.Bandwidth)
	return t
}

// Do is RoundTrip with the errors of an http.Client, which has nothing else to give
// here: there are no cookies, and a redirect is an error.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	answer, err := t.RoundTrip(req)
	if err != nil {
		return nil, &url.Error{Op: req.Method[:1] + strings.ToLower(req.Method[1:]), URL: req.URL.Redacted(), Err: err}
	}
	return answer, nil
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.admit(req); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	sent := time.Now()
	op := operation(req, t.pathStyle)
	t.counters.requests[op].Add(1)
	answer, err := t.exchange(req)
	if err != nil {
		t.counters.ended(op, 0)
		return nil, err
	}
	t.counters.ended(op, answer.StatusCode)
	t.clock.note(answer.Header)
	switch status := answer.StatusCode; {
	case throttled(status):
		t.counters.throttled.Add(1)
		if t.gate.close(sent, hinted(answer.Header)) {
			t.places.throttled()
		}
	case status < 500 && status != http.StatusRequestTimeout:
		t.gate.ease()
		t.budget.earn()
	}
	if status := answer.StatusCode; status/100 == 3 && status != http.StatusNotModified {
		answer.Body.Close()
		return nil, redirect(answer)
	}
	if err := foreign(answer); err != nil {
		answer.Body.Close()
		return nil, err
	}
	wordedInXML(answer)
	t.conceal(req, answer)
	return answer, nil
}

// admit returns when req may be sent; it has a place then.
func (t *transport) admit(req *http.Request) error {
	if err := refuse(req); err != nil {
		return err
	}
	// The gate comes second: who waits for a place must not have passed a gate that
	// was shut meanwhile.
	if err := t.places.take(req.Context()); err != nil {
		return err
	}
	err := t.gate.wait(req.Context())
	if err != nil {
		t.places.leave()
	}
	return err
}

// exchange sends a copy of req, which the SDK may change and send again as soon
// as it has an answer or an error, and ties the life of the bodies to that.
func (t *transport) exchange(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	leave := sync.OnceFunc(t.places.leave)
	limit := t.limits.of(req)
	dog := newWatchdog(limit, cancel)
	// Waiting for a connection of the pool is no stall, and dialing has a
	// timeout of its own.
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { dog.wake() }})
	out := req.WithContext(traced)
	out.Header = maps.Clone(req.Header) // the SDK sets values anew, it never writes into one
	release := func() {}
	finish := func() {
		release()
		cancel(nil)
		leave()
	}
	switch {
	case req.Body == nil || req.Body == http.NoBody:
	case bodiless(req):
		req.Body.Close()
		out.Body = http.NoBody
	case t.fitsOneWrite(req):
		body, err := inMemory(req)
		if err != nil {
			finish()
			return nil, err
		}
		t.up.total.Add(req.ContentLength)
		out.Body = body
	default:
		body := newOutgoing(ctx, t.up, dog, req.Body, req.ContentLength)
		out.Body, release = body, body.release
	}
	answer, err := t.base.RoundTrip(out)
	dog.retire()
	if err != nil {
		err = stallOr(ctx, err)
		finish()
		return nil, err
	}
	if answer.Body == http.NoBody {
		finish()
		return answer, nil
	}
	bound := int64(math.MaxInt64)
	if answer.StatusCode/100 != 2 {
		bound = refusalLimit
	}
	answer.Body = &incoming{ctx: ctx, meter: t.down, dog: newWatchdog(limit, cancel), body: answer.Body, limit: bound, finish: finish}
	return answer, nil
}

// refuse stops a request whose path has "." or ".." between slashes. Proxies
// and servers normalise such paths, and then it is about another object.
func refuse(req *http.Request) error {
	for step := range strings.SplitSeq(req.URL.EscapedPath(), "/") {
		if step == "." || step == ".." {
			return fmt.Errorf("key with the component %q: not sent, because it may reach another object", step)
		}
	}
	return nil
}

// redirect makes the error of a 3xx answer.
func redirect(answer *http.Response) error {
	e := &RedirectError{Status: answer.StatusCode}
	if u, err := url.Parse(answer.Header.Get("Location")); err == nil {
		e.Host = u.Host
	}
	return e
}
