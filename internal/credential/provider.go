package credential

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// longestLead is how long before their end keys are renewed at most: a request
	// that is signed must still arrive, whatever the clocks.
	longestLead = 5 * time.Minute
	// renewalPause is the least time from a renewal that failed to the next, while
	// the keys at hand are still good, and how long keys that came in the place of
	// refused ones must have served before they may be replaced in their turn.
	renewalPause = 10 * time.Second
)

// Provider holds the keys of a source and renews them in time. It is safe for
// concurrent use.
type Provider struct {
	source source
	now    func() time.Time

	mu       sync.Mutex
	held     *held
	fetching *fetching // nil: none is under way
}

// fetching is a fetch that others wait for.
type fetching struct {
	ended chan struct{}
	err   error // of the source, for all who waited; nil also if the caller gave up. Set before ended is closed.
}

// held are keys that were fetched.
type held struct {
	Keys
	renewAt  time.Time // zero: not before they are refused
	refused  bool      // known to be worth nothing, and to be fetched anew
	replaced time.Time // when they came in the place of refused ones; zero: they did not
}

// Origin tells people where the keys come from. It names variables, files and
// hosts, and holds no secret.
func (p *Provider) Origin() string { return p.source.origin() }

// Anonymous reports whether requests are not to be signed.
func (p *Provider) Anonymous() bool {
	_, none := p.source.(anonymous)
	return none
}

// Keys returns keys that are good for a request now. One caller fetches for all;
// while the keys at hand are still good the others go on with them, and a renewal
// that fails is tried again later. Its failure is that of all who wait for it. A
// caller whose ctx ends gives up; who waits for it takes its place.
//
// Errors that another try cannot cure wrap ErrNone.
func (p *Provider) Keys(ctx context.Context) (Keys, error) {
	for {
		p.mu.Lock()
		h, now := p.held, p.now()
		good := h != nil && !h.refused && (h.Expires.IsZero() || now.Before(h.Expires))
		switch {
		case good && (h.renewAt.IsZero() || now.Before(h.renewAt)), good && p.fetching != nil:
			p.mu.Unlock()
			return h.Keys, nil
		case p.fetching == nil:
			p.fetching = &fetching{ended: make(chan struct{})}
			p.mu.Unlock()
			return p.renew(ctx, h, good)
		}
		f := p.fetching
		p.mu.Unlock()
		select {
		case <-f.ended:
			if f.err != nil {
				return Keys{}, f.err
			}
		case <-ctx.Done():
			return Keys{}, context.Cause(ctx)
		}
	}
}

// renew fetches keys for all callers. With good ones at hand, old, its failure is
// none.
func (p *Provider) renew(ctx context.Context, old *held, good bool) (Keys, error) {
	keys, err := p.source.fetch(ctx)
	if err == nil && !p.Anonymous() {
		err = keys.check()
	}
	now := p.now()
	if err == nil && !keys.Expires.IsZero() && !now.Before(keys.Expires) {
		err = fmt.Errorf("%w: the keys expired at %s", ErrNone, keys.Expires.UTC().Format(time.DateTime+" MST"))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fetching
	p.fetching = nil
	defer close(f.ended)
	switch {
	case err == nil:
		next := &held{Keys: keys, renewAt: renewal(now, keys.Expires)}
		if p.held != nil && p.held.refused {
			next.replaced = now
		}
		p.held = next
		return keys, nil
	case good && p.held == old: // else they were refused meanwhile
		p.held = &held{Keys: old.Keys, renewAt: now.Add(renewalPause + rand.N(renewalPause)), replaced: old.replaced}
		return old.Keys, nil
	}
	err = fmt.Errorf("keys from %s: %w", p.source.origin(), err)
	if ctx.Err() == nil {
		f.err = err
	}
	return Keys{}, err
}

// renewal chooses when keys are renewed: at a random time in the last fifth of
// their life, of at most longestLead, so that many processes do not ask at once.
func renewal(now, end time.Time) time.Time {
	if end.IsZero() {
		return time.Time{}
	}
	lead := min(end.Sub(now)/5, longestLead)
	return end.Add(-lead/2 - rand.N(lead/2+1))
}

// Refused is told that the service takes the token for expired. It reports whether
// another try with what Keys gives then makes sense: it does, unless what was refused
// has itself come in the place of a refused token just now.
func (p *Provider) Refused(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.held
	switch {
	case h == nil, h.Token.Reveal() != token, h.refused:
		return true
	case !h.replaced.IsZero() && p.now().Before(h.replaced.Add(renewalPause)):
		return false
	}
	p.held = &held{Keys: h.Keys, refused: true}
	return true
}
