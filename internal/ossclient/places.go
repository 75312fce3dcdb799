package ossclient

import (
	"context"
	"slices"
	"sync"
	"time"
)

// places bound the requests of a client that are under way at a time, by what its
// pace says. Who waits gets one in the order of coming.
type places struct {
	moved func() int64 // bytes so far, in both directions

	mu      sync.Mutex
	pace    pace
	taken   int
	waiting []chan struct{} // closed when a place is given
}

func newPlaces(most int, moved func() int64) *places {
	return &places{pace: newPace(most), moved: moved}
}

// take returns when the caller has a place, which leave gives back, or when ctx ends.
func (p *places) take(ctx context.Context) error {
	p.mu.Lock()
	if p.taken == 0 {
		p.pace.idle()
	}
	if p.taken < p.pace.limit && len(p.waiting) == 0 {
		p.taken++
		p.mu.Unlock()
		return nil
	}
	given := make(chan struct{})
	p.waiting = append(p.waiting, given)
	p.mu.Unlock()
	select {
	case <-given:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, given); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	} else { // it was given meanwhile
		p.taken--
		p.give()
	}
	return context.Cause(ctx)
}

// leave gives a place back after a request.
func (p *places) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	p.pace.request(time.Now(), p.moved(), len(p.waiting) > 0)
	p.give()
}

// give gives places to those who wait, as far as there are any.
func (p *places) give() {
	for len(p.waiting) > 0 && p.taken < p.pace.limit {
		close(p.waiting[0])
		p.waiting = slices.Delete(p.waiting, 0, 1)
		p.taken++
	}
}

// throttled makes them fewer, because the service asks for less.
func (p *places) throttled() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace.throttled()
}

// limit tells how many there are.
func (p *places) limit() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pace.limit
}
