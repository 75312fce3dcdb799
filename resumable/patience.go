package resumable

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"
)

// maxFruitless is how many times in a row the same thing is tried without
// getting any further.
const maxFruitless = 5

const (
	firstPause = 200 * time.Millisecond
	maxPause   = 20 * time.Second
)

// pause waits before repetition number n, counted from 1, for a random time
// below a limit that doubles from firstPause on.
func (l limits) pause(ctx context.Context, n int) error {
	return l.sleep(ctx, rand.N(min(firstPause<<min(n-1, 16), maxPause)))
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// patientReader reads the body of an answer and cancels its request when a
// single read brings nothing for the length of timeout. The time between two
// reads does not count. The error is a timeout and no cancellation, for which
// nobody asked.
type patientReader struct {
	body    io.Reader
	timeout time.Duration
	timer   *time.Timer
	stalled atomic.Bool
}

// newPatientReader needs the cancel function of the request's context.
func newPatientReader(body io.Reader, timeout time.Duration, cancel context.CancelCauseFunc) *patientReader {
	r := &patientReader{body: body, timeout: timeout}
	r.timer = time.AfterFunc(timeout, func() {
		r.stalled.Store(true)
		cancel(os.ErrDeadlineExceeded)
	})
	r.timer.Stop()
	return r
}

func (r *patientReader) Read(p []byte) (int, error) {
	r.timer.Reset(r.timeout)
	n, err := r.body.Read(p)
	r.timer.Stop()
	if err != nil && err != io.EOF && r.stalled.Load() {
		err = fmt.Errorf("no byte moved for %v: %w", r.timeout, os.ErrDeadlineExceeded)
	}
	return n, err
}
