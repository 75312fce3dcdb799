package ossclient

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	firstPause = 200 * time.Millisecond
	longPause  = 30 * time.Second

	// longHint bounds what a server may ask for: longer, and the run should
	// end and be resumed instead.
	longHint = 2 * time.Minute
)

// gate holds back all requests of a client while the store asks for less. One
// worker that is told to slow down speaks for all of them: the limit it ran
// into is that of the account or the bucket. The zero value is open.
type gate struct {
	mu    sync.Mutex
	since time.Time     // when the newest pause began
	until time.Time     // when it ends
	pause time.Duration // how long the next one is at most, before doubling
}

// wait returns when requests may be sent, or when ctx ends. Each waiter adds a
// part of the pause of its own, so that they do not all return in one moment.
func (g *gate) wait(ctx context.Context) error {
	for {
		g.mu.Lock()
		left, pause := time.Until(g.until), g.pause
		g.mu.Unlock()
		if left <= 0 {
			return nil
		}
		timer := time.NewTimer(left + rand.N(pause/2+1))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// close starts a pause because a request sent at the given time was throttled.
// Requests that were under way when a pause began say nothing new: a hundred of
// them make one pause, not a hundred doublings; begun tells them apart. hint is
// what the server asks for, or 0.
func (g *gate) close(sent time.Time, hint time.Duration) (begun bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if begun = !sent.Before(g.since); begun {
		g.pause = min(max(2*g.pause, firstPause), longPause)
		g.since = now
		g.until = now.Add(g.pause/2 + rand.N(g.pause/2))
	}
	if asked := now.Add(min(hint, longHint)); asked.After(g.until) {
		g.until = asked
	}
	return begun
}

// ease shortens the next pause after an answer that was not throttled.
func (g *gate) ease() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pause /= 2; g.pause < firstPause {
		g.pause = 0
	}
}

// throttled reports whether status asks the client to slow down.
func throttled(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// hinted gives the delay that the headers of an answer ask for, at most
// longHint: Retry-After in seconds or as a date, x-oss-qos-delay-time in
// milliseconds. Without either it is 0.
func hinted(header http.Header) time.Duration {
	var hint time.Duration
	if ms, err := strconv.ParseUint(header.Get("x-oss-qos-delay-time"), 10, 31); err == nil {
		hint = time.Duration(ms) * time.Millisecond
	}
	after := header.Get("Retry-After")
	if s, err := strconv.ParseUint(after, 10, 31); err == nil {
		hint = max(hint, time.Duration(s)*time.Second)
	} else if date, err := http.ParseTime(after); err == nil {
		hint = max(hint, time.Until(date))
	}
	return min(hint, longHint)
}
