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
	// the keys at hand are still good.
	renewalPause = 10 * time.Second
)

// Provider holds the keys of a source and renews them in time. It is safe for
// concurrent use.
type Provider struct {
	source source
	now    func() time.Time

	mu       sync.Mutex
	held     *held
	fetching chan struct{} // closed when the fetch under way ends; nil: none is
}

// held are keys that were fetched.
type held struct {
	Keys
	renewAt     time.Time // zero: not before they are refused
	refused     bool      // known to be worth nothing, and to be fetched anew
	replacement bool      // of keys that were refused
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
// that fails is tried again later. A caller whose ctx ends gives up; who waits for
// it takes its place.
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
			p.fetching = make(chan struct{})
			p.mu.Unlock()
			return p.renew(ctx, h, good)
		}
		ended := p.fetching
		p.mu.Unlock()
		select {
		case <-ended:
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
	close(p.fetching)
	p.fetching = nil
	switch {
	case err == nil:
		next := &held{Keys: keys, renewAt: renewal(now, keys.Expires)}
		next.replacement = p.held != nil && p.held.refused
		p.held = next
		return keys, nil
	case good:
		p.held = &held{Keys: old.Keys, renewAt: now.Add(renewalPause + rand.N(renewalPause)), replacement: old.replacement}
		return old.Keys, nil
	}
	return Keys{}, fmt.Errorf("keys from %s: %w", p.source.origin(), err)
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
// another try with what Keys gives then makes sense: it does once, as long as what
// was refused has not come in the place of a refused token itself.
func (p *Provider) Refused(token string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.held
	switch {
	case h == nil, h.Token.Reveal() != token, h.refused:
		return true
	case h.replacement:
		return false
	}
	p.held = &held{Keys: h.Keys, refused: true}
	return true
}
