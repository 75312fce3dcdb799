package ossclient

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestM9_ThrottledAnswersPauseTheWholeClient(t *testing.T) {
	tests := []struct {
		name   string
		status int
		header map[string]string
		min    time.Duration
		max    time.Duration
	}{
		{"503", 503, nil, firstPause / 2, 2 * firstPause},
		{"429", 429, nil, firstPause / 2, 2 * firstPause},
		{"Retry-After in seconds", 503, map[string]string{"Retry-After": "7"}, 7 * time.Second, 8 * time.Second},
		{"Retry-After for ever", 503, map[string]string{"Retry-After": "86400"}, longHint, longHint + time.Second},
		{"x-oss-qos-delay-time", 429, map[string]string{"x-oss-qos-delay-time": "3500"}, 3500 * time.Millisecond, 4 * time.Second},
		{"nonsense", 503, map[string]string{"Retry-After": "-1", "x-oss-qos-delay-time": "soon"}, firstPause / 2, 2 * firstPause},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
					if requests++; requests == 1 {
						for name, value := range tt.header {
							w.Header().Set(name, value)
						}
						refusal(w, tt.status, "Throttled")
					}
				})
				start := time.Now()
				head(t.Context(), c, once)
				if err := head(t.Context(), c); err != nil { // not the one that was throttled
					t.Fatal(err)
				}
				if d := time.Since(start); d < tt.min || d > tt.max {
					t.Errorf("next request after %s, want %s to %s", d, tt.min, tt.max)
				}
				if got := c.Stats().Throttled; got != 1 {
					t.Errorf("%d throttled", got)
				}
			})
		})
	}
}

func TestHintAsDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		date := time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)
		if d := hinted(http.Header{"Retry-After": {date}}); d != 30*time.Second {
			t.Errorf("%s, want 30s", d)
		}
		if d := hinted(http.Header{"Retry-After": {time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)}}); d > 0 {
			t.Errorf("date gone by: %s", d)
		}
	})
}

func TestGatePausesGrowAndShrink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		bound := firstPause
		for range 12 {
			start := time.Now()
			g.close(start, 0)
			g.close(start.Add(-time.Second), 0) // under way when the pause began
			if err := g.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if d := time.Since(start); d < bound/2 || d > bound*3/2 {
				t.Errorf("waited %s, want about %s", d, bound)
			}
			bound = min(2*bound, longPause)
		}
		for range 10 {
			g.ease()
		}
		start := time.Now()
		g.close(start, 0)
		g.wait(t.Context())
		if d := time.Since(start); d > 2*firstPause {
			t.Errorf("waited %s after good answers, want about %s", d, firstPause)
		}
	})
}

// A crowd that was held back does not return in one moment.
func TestGateSpreadsWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		g.close(time.Now(), 0)
		var mu sync.Mutex
		times := map[time.Time]bool{}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				g.wait(t.Context())
				mu.Lock()
				defer mu.Unlock()
				times[time.Now()] = true
			})
		}
		wg.Wait()
		if len(times) < 10 {
			t.Errorf("20 waiters at %d moments", len(times))
		}
	})
}

func TestGateEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int64
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			w.Header().Set("Retry-After", "60")
			refusal(w, 503, "Busy")
		})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		err := head(ctx, c)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		if requests.Load() != 1 {
			t.Errorf("%d requests, want 1", requests.Load())
		}
	})
}

// The limit of the account is met in the end: throttled or not, work gets done.
func TestThrottledRunFinishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var window time.Time
		served := 0
		c := client(t, Options{MaxAttempts: 20}, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if now := time.Now(); now.Sub(window) > time.Second {
				window, served = now, 0
			}
			if served++; served > 40 {
				refusal(w, 503, "Busy")
			}
		})
		var wg sync.WaitGroup
		var failed atomic.Int64
		for range 16 {
			wg.Go(func() {
				for range 50 {
					if err := head(t.Context(), c); err != nil {
						failed.Add(1)
					}
				}
			})
		}
		wg.Wait()
		t.Logf("%d of 800 failed; %+v", failed.Load(), c.Stats())
		if failed.Load() > 80 {
			t.Errorf("%d of 800 failed", failed.Load())
		}
	})
}
