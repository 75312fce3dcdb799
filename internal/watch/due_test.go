package watch

import (
	"testing"
	"time"
)

// TestDeletesThatAreDue has a file gone: as long as its object is there the sides do
// not agree, also when another file is sent meanwhile.
func TestDeletesThatAreDue(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.answers(func(t Task) Result {
			switch {
			case t.Whole():
				time.Sleep(time.Minute) // so deletes wait four minutes
				return Result{Verdict: Settled}
			case t.Paths[0] == "gone":
				return Result{Verdict: Settled, Whole: CauseDeletes}
			}
			return Result{Verdict: Settled}
		})
		time.Sleep(testRescan + 2*time.Minute)
		r.wants(InSync)
		before := r.status().LastConverged
		for _, path := range []string{"gone", "other"} {
			r.touch(path)
			time.Sleep(testSettle + time.Second)
			if s := r.status(); s.State != Settling || s.Reason == "" || s.Health() != HealthPending || !s.LastConverged.Equal(before) {
				t.Errorf("%s: %s (%s), converged %v", path, s.State, s.Reason, s.LastConverged)
			}
		}
		time.Sleep(5 * time.Minute)
		r.wants(InSync)
	})
}

// TestAllButOnePath has a pass come to its end but for one path, which is done when it
// is tried again by its name. What was left alone beside it is still told.
func TestAllButOnePath(t *testing.T) {
	for aside, want := range map[string]State{"": InSync, "1 paths are left alone": Degraded} {
		beside(t, nil, func(r *rig) {
			r.drain()
			r.answers(func(t Task) Result {
				if t.Whole() {
					return Result{Verdict: Failed, Again: []string{"a"}, Aside: aside}
				}
				return Result{Verdict: Settled}
			})
			time.Sleep(testRescan)
			at := time.Now()
			r.wants(BackingOff)
			time.Sleep(testSettle + time.Second)
			if s := r.status(); s.LastPass.Before(at) || s.State != want || s.Reason != aside {
				t.Errorf("%s (%s), last pass %v; want %s, one at %v", s.State, s.Reason, s.LastPass, want, at)
			}
		})
	}
}
