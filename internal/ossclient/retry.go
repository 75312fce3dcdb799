package ossclient

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

const (
	firstDelay = 200 * time.Millisecond
	longDelay  = 20 * time.Second
)

// retryer is the only retry policy between a caller and the network. The SDK
// asks it; a caller that retries on its own says RetryMaxAttempts(1) in its call.
type retryer struct {
	attempts int
	budget   *budget
	counters *Counters
	clock    *clock
}

// MaxAttempts implements retry.Retryer.
func (r *retryer) MaxAttempts() int { return r.attempts }

// IsErrorRetryable implements retry.Retryer.
func (r *retryer) IsErrorRetryable(err error) bool {
	var (
		answer *oss.ServiceError
		page   *ForeignAnswerError
	)
	if errors.As(err, &page) {
		return false
	}
	if !errors.As(err, &answer) {
		return lost(err)
	}
	switch answer.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		if answer.Headers.Get(renewedHeader) != "" {
			return true
		}
		// The only other 403 that another signature cures. What comes over TLS or
		// from this machine may set the clock; Open admits nothing else.
		if answer.Code != "RequestTimeTooSkewed" {
			return false
		}
		r.clock.correct(answer.Timestamp)
		return true
	case http.StatusNotImplemented:
		return false
	}
	return answer.StatusCode >= 500
}

// RetryDelay implements retry.Retryer: full jitter under an exponential bound.
// An error ends the attempts, and the SDK reports what the last one brought. For
// a throttled attempt the wait is at the gate, where all requests stand.
func (r *retryer) RetryDelay(attempt int, err error) (time.Duration, error) {
	if !r.budget.spend() {
		r.counters.unretried.Add(1)
		return 0, errors.New("retry budget spent")
	}
	r.counters.retries.Add(1)
	var answer *oss.ServiceError
	if errors.As(err, &answer) {
		if throttled(answer.StatusCode) {
			return 0, nil
		}
		if hint := hinted(answer.Headers); hint > 0 {
			return hint, nil
		}
	}
	// The SDK counts the attempt to come: the first retry is attempt 2.
	bound := min(firstDelay<<min(max(attempt-1, 0), 10), longDelay)
	return rand.N(bound), nil
}

// lost reports whether err means that a request or its answer did not get
// through, and may do so next time.
func lost(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		if errors.Is(err, end) {
			return true
		}
	}
	var unresolved *net.DNSError
	if errors.As(err, &unresolved) {
		return unresolved.IsTimeout || unresolved.IsTemporary
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return true
	}
	// Refused, reset, unreachable, in the words of any platform. The other
	// operation, "remote error", is a TLS alert, which would come again.
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "read" || op.Op == "write") {
		return true
	}
	// Errors that net/http and the SDK make from text alone: a pooled connection
	// that the server gave up as we took it, a connection that broke while the
	// body was sent, and a body that arrived with another checksum.
	for _, text := range []string{"server closed idle connection", "transport connection broken", "crc is inconsistent"} {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// answersPerRetry is how many answers earn a retry, so that a service in trouble
// sees at most a tenth more requests than it answers.
const answersPerRetry = 10

// freeRetries is what a client may retry before it has earned anything. A service
// that restarts breaks the requests of all connections at once; the second half
// is for those whose next attempt comes while it is still down.
func freeRetries(connections int) int { return 2 * connections }

// budget bounds the retries of a whole client: free ones at once, and one more for
// every answersPerRetry requests that were answered, up to as many as the free
// ones in store. When every request fails, nothing is retried after those.
type budget struct {
	most int // of tenths

	mu     sync.Mutex
	tenths int // retries in store, times answersPerRetry
}

func newBudget(free int) *budget {
	return &budget{most: free * answersPerRetry, tenths: free * answersPerRetry}
}

// spend takes one retry, if there is one.
func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tenths < answersPerRetry {
		return false
	}
	b.tenths -= answersPerRetry
	return true
}

// earn books an answer that needed no retry.
func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tenths = min(b.tenths+1, b.most)
}
