package ossclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestPaceWindow(t *testing.T) {
	for _, row := range []struct {
		name string
		pace pace
		rate float64
		want pace
	}{
		{"the first rate", pace{most: 64, limit: 8}, 100, pace{most: 64, limit: 12, before: 8, rate: 100}},
		{"growth paid", pace{most: 64, limit: 12, before: 8, rate: 100}, 130, pace{most: 64, limit: 18, before: 12, rate: 130}},
		{"growth paid too little", pace{most: 64, limit: 12, before: 8, rate: 100}, 116,
			pace{most: 64, limit: 8, rate: 100, steady: true, rest: restWindows}},
		{"growth did harm", pace{most: 64, limit: 12, before: 8, rate: 100}, 50,
			pace{most: 64, limit: 8, rate: 100, steady: true, rest: restWindows}},
		{"up to the bound", pace{most: 16, limit: 12, before: 8, rate: 100}, 130, pace{most: 16, limit: 16, before: 12, rate: 130}},
		{"at the bound", pace{most: 16, limit: 16, before: 12, rate: 100}, 130, pace{most: 16, limit: 16, rate: 130}},
		{"rest", pace{most: 64, limit: 8, rate: 100, slow: 1, steady: true, rest: 2}, 90, pace{most: 64, limit: 8, rate: 97, steady: true, rest: 1}},
		{"after the rest, a smaller step", pace{most: 64, limit: 8, rate: 100, steady: true}, 90,
			pace{most: 64, limit: 10, before: 8, rate: 90, steady: true}},
		{"requests take longer once", pace{most: 64, limit: 16, rate: 100, steady: true}, 59,
			pace{most: 64, limit: 16, rate: 100, slow: 1, steady: true}},
		{"requests take longer", pace{most: 64, limit: 16, rate: 100, slow: 1, steady: true}, 59,
			pace{most: 64, limit: 12, rate: 59, steady: true, rest: restWindows}},
		{"never below the first limit", pace{most: 64, limit: 9, rate: 100, slow: 1, steady: true}, 1,
			pace{most: 64, limit: 8, rate: 1, steady: true, rest: restWindows}},
		{"unless the service said so", pace{most: 64, limit: 2, rate: 100, slow: 1, steady: true}, 1,
			pace{most: 64, limit: 2, rate: 1, steady: true, rest: restWindows}},
		{"from one", pace{most: 2, limit: 1}, 1, pace{most: 2, limit: 2, before: 1, rate: 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := row.pace
			got.window(row.rate)
			if diff := cmp.Diff(row.want, got, cmp.AllowUnexported(pace{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPaceThrottled(t *testing.T) {
	p := pace{most: 64, limit: 18, before: 12, rate: 100, began: time.Unix(1, 0)}
	p.throttled()
	if diff := cmp.Diff(pace{most: 64, limit: 9, steady: true, rest: restWindows}, p, cmp.AllowUnexported(pace{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for range 10 {
		p.throttled()
	}
	if p.limit != 1 {
		t.Errorf("limit %d", p.limit)
	}
}

// A rate counts only of windows long enough, in which others waited.
func TestPaceRequest(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(1, 0).Add(time.Duration(ms) * time.Millisecond) }
	for _, row := range []struct {
		name     string
		requests int
		every    int // milliseconds
		waiting  bool
		want     int // limit
	}{
		{"too short", 20, 10, true, 8},
		{"long enough", 27, 10, true, 12},
		{"too few requests", 6, 100, true, 8},
		{"a round of requests", 9, 100, true, 12},
		{"few and slow requests", 3, 1000, true, 12},
		{"nobody waits", 27, 10, false, 8},
	} {
		p := newPace(64)
		for i := range row.requests {
			p.request(at(i*row.every), int64(i), row.waiting)
		}
		if p.limit != row.want {
			t.Errorf("%s: limit %d, want %d", row.name, p.limit, row.want)
		}
	}
}

// simulate has workers send total requests to a service that works on lanes of them at
// a time.
func simulate(t *testing.T, most, workers, lanes int, each time.Duration, total int) (p *places, took time.Duration) {
	t.Helper()
	p = newPlaces(most, func() int64 { return 0 })
	busy := make(chan struct{}, lanes)
	var left atomic.Int64
	left.Store(int64(total))
	began := time.Now()
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := p.take(t.Context()); err != nil {
					t.Error(err)
				}
				busy <- struct{}{}
				<-time.After(each)
				<-busy
				p.leave()
			}
		})
	}
	all.Wait()
	return p, time.Since(began)
}

// As many requests are under way as the service works on at a time, or somewhat
// more, and it costs little time to find that out.
func TestPaceFindsWhatTheServiceTakes(t *testing.T) {
	for _, row := range []struct {
		most, workers, lanes int
		low, high            int
	}{
		{64, 128, 4, 4, 12},
		{64, 128, 24, 22, 40},
		{64, 128, 64, 54, 64},
		{64, 128, 1000, 54, 64}, // the bound is ours
		{4, 128, 1000, 4, 4},
		{64, 6, 1000, 8, 8}, // there is no more to do at a time
	} {
		t.Run(fmt.Sprintf("%d places, %d workers, %d lanes", row.most, row.workers, row.lanes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const each, total = 20 * time.Millisecond, 20_000
				p, took := simulate(t, row.most, row.workers, row.lanes, each, total)
				if got := p.limit(); got < row.low || got > row.high {
					t.Errorf("limit %d, want %d to %d", got, row.low, row.high)
				}
				least := each * total / time.Duration(min(row.most, row.workers, row.lanes))
				if took > least*5/4+2*time.Second {
					t.Errorf("took %v, %v would have done", took, least)
				}
			})
		})
	}
}

// paced has requests of a latency end, one after another.
func paced(p *pace, now time.Time, requests int, latency func() time.Duration) time.Time {
	for range requests {
		now = now.Add(latency() / time.Duration(p.limit))
		p.request(now, 0, true)
	}
	return now
}

// When the service slows down the limit does, too.
func TestPaceFollowsASlowerService(t *testing.T) {
	p := newPace(64)
	now := paced(&p, time.Unix(1, 0), 4000, func() time.Duration { return 20 * time.Millisecond })
	before := p.limit
	paced(&p, now, 5*before, func() time.Duration { return time.Second })
	if p.limit >= before {
		t.Errorf("limit %d, was %d", p.limit, before)
	}
}

// A latency that is now this and now that does not starve a run.
func TestPaceWithstandsNoise(t *testing.T) {
	const seed = 5
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, seed))
	p, now, sum := newPace(64), time.Unix(1, 0), 0
	const rounds = 500
	for range rounds {
		latency := time.Duration(10+random.IntN(20)) * time.Millisecond
		now = paced(&p, now, 20*p.limit, func() time.Duration { return latency })
		sum += p.limit
	}
	if mean := sum / rounds; mean < 32 {
		t.Errorf("%d requests at a time, of 64 possible", mean)
	}
}

func TestPlacesEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlaces(1, func() int64 { return 0 })
		if err := p.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error)
		go func() { ended <- p.take(ctx) }()
		synctest.Wait()
		cancel(gone)
		if err := <-ended; !errors.Is(err, gone) {
			t.Errorf("error %v", err)
		}
		go func() { ended <- p.take(t.Context()) }()
		synctest.Wait()
		p.leave()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Requests at a time are bounded while answers are read, and halved by a refusal.
func TestM9_ConcurrencyOfAClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most, refuse atomic.Int64
		c := client(t, Options{Connections: 64}, func(w http.ResponseWriter, r *http.Request) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer now.Add(-1)
			<-time.After(20 * time.Millisecond)
			if refuse.Add(-1) == 0 {
				refusal(w, http.StatusServiceUnavailable, "SlowDown")
				return
			}
			io.WriteString(w, "content")
		})
		load := func(requests int) {
			var all sync.WaitGroup
			var left atomic.Int64
			left.Store(int64(requests))
			for range 100 {
				all.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := get(t.Context(), c); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
		}
		load(50)
		if most.Load() != firstLimit || c.Concurrency() != firstLimit {
			t.Errorf("%d requests at a time, limit %d, want %d at first", most.Load(), c.Concurrency(), firstLimit)
		}
		load(5000)
		grown := c.Concurrency()
		if grown < 32 || most.Load() > 64 {
			t.Errorf("limit %d, %d at a time", grown, most.Load())
		}
		refuse.Store(10)
		load(100)
		if got := c.Concurrency(); got != grown/2 {
			t.Errorf("limit %d after a refusal, was %d", got, grown)
		}
	})
}
