package ossclient

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// stallLimits are how long a request may go without a byte in either direction.
type stallLimits struct {
	usual time.Duration
	slow  time.Duration // for what a server may chew on: Complete, Copy, batch delete
}

var defaultStall = stallLimits{usual: 2 * time.Minute, slow: 5 * time.Minute}

// of picks the limit of req.
func (l stallLimits) of(req *http.Request) time.Duration {
	if req.Header.Get("x-oss-copy-source") != "" {
		return l.slow
	}
	if query := req.URL.Query(); req.Method == http.MethodPost && (query.Has("uploadId") || query.Has("delete")) {
		return l.slow
	}
	return l.usual
}

// stalled is the error of a request that made no progress for the given time.
// It counts as a timeout, so it is retried.
type stalled struct{ after time.Duration }

func (s *stalled) Error() string   { return fmt.Sprintf("no byte moved for %s", s.after) }
func (s *stalled) Timeout() bool   { return true }
func (s *stalled) Temporary() bool { return true }

// watchdog cancels a request when nothing resets it for a while. It is made
// asleep. Only time in which the network is waited for should count: it sleeps
// while the source of a body, the bandwidth limit or the caller are slow.
type watchdog struct {
	mu      sync.Mutex
	timer   *time.Timer
	limit   time.Duration
	retired bool
}

func newWatchdog(limit time.Duration, cancel context.CancelCauseFunc) *watchdog {
	w := &watchdog{limit: limit}
	w.timer = time.AfterFunc(limit, func() { cancel(&stalled{after: limit}) })
	w.timer.Stop()
	return w
}

// wake starts the time anew.
func (w *watchdog) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.retired {
		w.timer.Reset(w.limit)
	}
}

// sleep stops the time.
func (w *watchdog) sleep() { w.timer.Stop() }

// retire stops the time for good.
func (w *watchdog) retire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.retired = true
	w.timer.Stop()
}
