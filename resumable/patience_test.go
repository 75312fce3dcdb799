package resumable

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestUnlessStalled(t *testing.T) { // M11
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		err := unlessStalled(t.Context(), time.Minute, func(ctx context.Context, moved func()) error {
			for range 3 {
				if err := sleep(ctx, 50*time.Second); err != nil {
					return err
				}
				moved()
			}
			<-ctx.Done()
			return ctx.Err()
		})
		if waited := time.Since(start); waited != 210*time.Second {
			t.Errorf("gave up after %v", waited)
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.Canceled) {
			t.Errorf("error %v: a stall is a timeout, no cancellation", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = unlessStalled(ctx, time.Minute, func(ctx context.Context, _ func()) error { return ctx.Err() })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestPause(t *testing.T) { // M10
	var waits []time.Duration
	l := limits{sleep: func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		return nil
	}}
	for n := range 100 {
		if err := l.pause(t.Context(), n+1); err != nil {
			t.Fatal(err)
		}
		if limit := min(firstPause<<min(n, 16), maxPause); waits[n] < 0 || waits[n] >= limit {
			t.Errorf("pause %d is %v, limit %v", n+1, waits[n], limit)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := (limits{}).withDefaults().sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}
