package reconcile

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

// granted is a lock of a file system that grants every lock.
type granted struct{}

func (granted) TryLock() (bool, error) { return true, nil }
func (granted) Unlock() error          { return nil }

func TestS9_LocksThatMeanNothing(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	for _, c := range []struct {
		name   string
		second func(string) locker
		want   int
	}{
		{"of this system", nil, 0},
		{"granted twice", func(string) locker { return granted{} }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.secondLock = c.second
			p, err := w.session().Prepare(ctx, w.mapping(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			if len(p.Notices) != c.want {
				t.Fatalf("%+v", p.Notices)
			}
			if c.want > 0 && (!strings.Contains(p.Notices[0].Fact, w.state) || !strings.Contains(p.Notices[0].Hint, "--state-dir")) {
				t.Errorf("%+v", p.Notices)
			}
		})
	}
}

// TestC1_FiftyStarters has fifty applies begin at once: exactly one gets the lock,
// and all others are told who has it.
func TestC1_FiftyStarters(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	plans := make([]*Plan, 50)
	failures := make([]error, len(plans))
	var starters sync.WaitGroup
	for i := range plans {
		session := w.session()
		starters.Go(func() { plans[i], failures[i] = session.Prepare(ctx, w.mapping(), nil) })
	}
	starters.Wait()
	var winner *Plan
	for i, p := range plans {
		var locked *LockedError
		switch {
		case p != nil && winner != nil:
			t.Error("two have the lock")
		case p != nil:
			winner = p
		case !errors.As(failures[i], &locked):
			t.Errorf("%v", failures[i])
		}
	}
	if winner == nil {
		t.Fatal("nobody has the lock")
	}
	if report, err := winner.Run(ctx, nil, nil); err != nil || report.Done != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	if err := winner.Close(); err != nil {
		t.Fatal(err)
	}
	w.settled()
}
