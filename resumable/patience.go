package resumable

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
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

var errStalled = errors.New("stalled")

// unlessStalled runs one request and cancels it when moved is not called for
// the length of timeout. The error of a cancelled request is a timeout, not a
// cancellation: the caller did not ask for it.
func unlessStalled(ctx context.Context, timeout time.Duration, request func(ctx context.Context, moved func()) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(timeout, func() { cancel(errStalled) })
	defer timer.Stop()
	err := request(ctx, func() { timer.Reset(timeout) })
	if err != nil && context.Cause(ctx) == errStalled {
		return fmt.Errorf("%w: no byte moved for %v: %w", errStalled, timeout, os.ErrDeadlineExceeded)
	}
	return err
}
