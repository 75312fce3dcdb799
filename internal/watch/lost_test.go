package watch

import (
	"testing"
	"time"

	"github.com/osssync/osssync/internal/reconcile"
)

// TestW1_FoldersOfLostEvents loses the event of a folder that was made. The pass that
// follows has all folders watched.
func TestW1_FoldersOfLostEvents(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		r.tell(Event{Kind: Lost, Err: errTest})
		r.drain()
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.sources) != 2 || !r.sources[0].closed {
			t.Errorf("%d sources: folders that were made meanwhile are not watched", len(r.sources))
		}
	})
}

// TestW1_LostWhileAllIsLookedAt loses events while a pass over everything runs, which
// may be past where they happened.
func TestW1_LostWhileAllIsLookedAt(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		before := r.status().LastConverged
		r.answers(func(Task) Result {
			time.Sleep(time.Minute)
			return Result{Verdict: Settled}
		})
		time.Sleep(testRescan + time.Second)
		r.tell(Event{Kind: Lost, Err: errTest})
		time.Sleep(time.Minute)
		if calls := r.drain(); len(calls) != 2 || calls[1].task.Cause != CauseLost {
			t.Errorf("passes %+v", calls)
		}
		if s := r.status(); s.State != Working || !s.LastConverged.Equal(before) {
			t.Errorf("%s, converged %v", s.State, s.LastConverged)
		}
		time.Sleep(time.Minute)
		r.wants(InSync)
	})
}

// TestW8_AliveWhileFoldersAreWatchedAnew has a tree that takes an hour to be watched.
func TestW8_AliveWhileFoldersAreWatchedAnew(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		r.mu.Lock()
		r.takes, r.beats = time.Hour, 0
		r.mu.Unlock()
		r.tell(Event{Kind: Lost, Err: errTest})
		time.Sleep(time.Hour)
		r.drain()
		r.mu.Lock()
		defer r.mu.Unlock()
		if least := int(time.Hour/heartbeat) - 1; r.beats < least || len(r.sources) != 2 {
			t.Errorf("%d signs of life of %d, %d sources", r.beats, least, len(r.sources))
		}
	})
}

// TestNoticesAreSaidOnce has each pass give two notices.
func TestNoticesAreSaidOnce(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.answers(always(Result{Verdict: Settled, Notices: []reconcile.Notice{{Fact: "state of another machine"}, {Fact: "another", Hint: "do"}}}))
		time.Sleep(5 * testRescan)
		r.drain()
		if r.said("state of another machine") != 1 || r.said(`msg=another hint=do`) != 1 {
			t.Errorf("%s", r.log.String())
		}
	})
}
