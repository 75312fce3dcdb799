package credential

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// scripted is a source that does what a test says.
type scripted func(ctx context.Context) (Keys, error)

func (f scripted) fetch(ctx context.Context) (Keys, error) { return f(ctx) }
func (f scripted) origin() string                          { return "a script" }

// numbered keys are good for a while.
func numbered(n int, end time.Time) Keys {
	return Keys{ID: fmt.Sprint(n), Secret: New("s"), Token: New(fmt.Sprint("token", n)), Expires: end}
}

func TestM13_KeysAreRenewedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		p := &Provider{now: time.Now, source: scripted(func(context.Context) (Keys, error) {
			fetches++
			return numbered(fetches, time.Now().Add(time.Hour)), nil
		})}
		var last Keys
		for range 24 * 60 {
			k, err := p.Keys(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if left := time.Until(k.Expires); left < longestLead/2 {
				t.Fatalf("keys with %v left", left)
			}
			last = k
			time.Sleep(time.Minute)
		}
		if fetches < 24 || fetches > 27 || last.ID != fmt.Sprint(fetches) {
			t.Errorf("%d fetches in a day of keys for an hour", fetches)
		}
	})
}

// One caller fetches for all, while the others go on with what is still good.
func TestOneFetchForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		p := &Provider{now: time.Now, source: scripted(func(context.Context) (Keys, error) {
			n := int(fetches.Add(1))
			time.Sleep(time.Second)
			return numbered(n, time.Now().Add(10*time.Minute)), nil
		})}
		all := func(wantWaiting int32) {
			t.Helper()
			var wg sync.WaitGroup
			var waited atomic.Int32
			for range 50 {
				wg.Go(func() {
					begun := time.Now()
					if _, err := p.Keys(t.Context()); err != nil {
						t.Error(err)
					}
					if time.Since(begun) > 0 {
						waited.Add(1)
					}
				})
			}
			wg.Wait()
			if got := waited.Load(); got != wantWaiting {
				t.Errorf("%d callers waited, want %d", got, wantWaiting)
			}
		}
		all(50)
		all(0)
		time.Sleep(9*time.Minute + 30*time.Second)
		all(1)
		if n := fetches.Load(); n != 2 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestRenewalThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trouble error
		fetches := 0
		p := &Provider{now: time.Now, source: scripted(func(context.Context) (Keys, error) {
			fetches++
			return numbered(fetches, time.Now().Add(10*time.Minute)), trouble
		})}
		get := func(want string) {
			t.Helper()
			k, err := p.Keys(t.Context())
			if err != nil {
				k.ID = err.Error()
			}
			if k.ID != want {
				t.Errorf("%s, want %s", k.ID, want)
			}
		}
		get("1")
		trouble = errors.New("trouble")
		time.Sleep(9*time.Minute + 20*time.Second)
		get("1") // stale, and good
		get("1")
		if fetches != 2 {
			t.Errorf("%d fetches, want a pause after one that failed", fetches)
		}
		time.Sleep(30 * time.Second)
		get("1")
		if fetches != 3 {
			t.Errorf("%d fetches, want another one after the pause", fetches)
		}
		time.Sleep(10 * time.Second)
		get("keys from a script: trouble")
		trouble = nil
		get("5")
	})
}

func TestCallerThatGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		p := &Provider{now: time.Now, source: scripted(func(ctx context.Context) (Keys, error) {
			if fetches++; fetches > 1 {
				return numbered(fetches, time.Time{}), nil
			}
			<-ctx.Done()
			return Keys{}, ctx.Err()
		})}
		first, giveUp := context.WithCancel(t.Context())
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := p.Keys(first); !errors.Is(err, context.Canceled) {
				t.Errorf("first: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if _, err := p.Keys(impatient); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("impatient: %v", err)
			}
		})
		wg.Go(func() {
			if k, err := p.Keys(t.Context()); err != nil || k.ID != "2" {
				t.Errorf("patient: %v, %v", k.ID, err)
			}
		})
		time.Sleep(2 * time.Second)
		giveUp()
		wg.Wait()
	})
}

// Keys that the service takes for expired are replaced once.
func TestM13_RefusedKeysAreReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		p := &Provider{now: time.Now, source: scripted(func(context.Context) (Keys, error) {
			fetches++
			return numbered(fetches, time.Time{}), nil
		})}
		if !p.Refused("anything") {
			t.Error("nothing was fetched yet")
		}
		first, _ := p.Keys(t.Context())
		for range 3 { // many requests with one token are refused at a time
			if !p.Refused(first.Token.Reveal()) || !p.Refused("token0") {
				t.Error("not worth another try")
			}
		}
		second, err := p.Keys(t.Context())
		if err != nil || second.ID != "2" {
			t.Fatalf("%s, %v after a refusal", second.ID, err)
		}
		if !p.Refused(first.Token.Reveal()) { // of a request that was under way
			t.Error("another request with the first token is not tried again")
		}
		if k, _ := p.Keys(t.Context()); k.ID != "2" || fetches != 2 {
			t.Errorf("%s after %d fetches: the second token was not refused", k.ID, fetches)
		}
		if p.Refused(second.Token.Reveal()) {
			t.Error("a replacement that is refused is tried again")
		}
		// One that has served for its time is replaced like any: its source does not
		// tell when keys end.
		time.Sleep(time.Hour)
		if !p.Refused(second.Token.Reveal()) {
			t.Error("a replacement that has expired in its turn is not replaced")
		}
		if k, err := p.Keys(t.Context()); err != nil || k.ID != "3" {
			t.Errorf("%s, %v after the second expiry", k.ID, err)
		}
	})
}

// Keys that are refused while their renewal fails are not handed on as good.
func TestM13_RefusedDuringARenewalThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		p := &Provider{now: time.Now, source: scripted(func(context.Context) (Keys, error) {
			if fetches++; fetches == 2 {
				time.Sleep(time.Second)
				return Keys{}, errors.New("trouble")
			}
			return numbered(fetches, time.Now().Add(10*time.Minute)), nil
		})}
		first, _ := p.Keys(t.Context())
		time.Sleep(9*time.Minute + 30*time.Second)
		var wg sync.WaitGroup
		wg.Go(func() {
			if k, err := p.Keys(t.Context()); err == nil {
				t.Errorf("keys %s, which were refused", k.ID)
			}
		})
		synctest.Wait()
		p.Refused(first.Token.Reveal())
		wg.Wait()
		if k, err := p.Keys(t.Context()); err != nil || k.ID != "3" {
			t.Errorf("%s, %v", k.ID, err)
		}
	})
}

// Who waited for a fetch that fails does not make one more each, one after the other.
func TestOneFailureForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		p := &Provider{now: time.Now, source: scripted(func(context.Context) (Keys, error) {
			fetches.Add(1)
			time.Sleep(serviceTimeout)
			return Keys{}, errors.New("trouble")
		})}
		begun := time.Now()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := p.Keys(t.Context()); err == nil || err.Error() != "keys from a script: trouble" {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		if n, took := fetches.Load(), time.Since(begun); n != 1 || took != serviceTimeout {
			t.Errorf("%d fetches in %v", n, took)
		}
	})
}

func TestMaskedID(t *testing.T) {
	for id, want := range map[string]string{"": "", "short": "*****", "LTAI5tCanaryKeyId": "LTAI***Id", "STS.NUgYrLnoC37mZZCNnAbez": "STS.***ez"} {
		if got := (Keys{ID: id}).MaskedID(); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
	p, err := Open(Config{From: FromAnonymous}, Options{})
	if err != nil || !p.Anonymous() || !strings.Contains(p.Origin(), "not signed") {
		t.Errorf("%v, %v", p, err)
	}
	if k, err := p.Keys(t.Context()); err != nil || k.ID != "" {
		t.Errorf("%v, %v", k, err)
	}
}
