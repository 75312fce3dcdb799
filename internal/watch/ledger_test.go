package watch

import (
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/spec"
)

func TestW5_OtherFileSystem(t *testing.T) {
	m := &spec.Mapping{Root: t.TempDir()}
	l := &ledger{}
	if _, off := l.misplaced(m, "one"); off {
		t.Error("before anything is known")
	}
	l.root, l.place = m.Root, "one"
	if _, off := l.misplaced(m, "one"); off {
		t.Error("at its place")
	}
	if r, off := l.misplaced(m, "two"); !off || r.Verdict != Halted || r.Fault != "root" {
		t.Errorf("%+v", r)
	}
}

// TestW9_DeletesOfADay stay within the guard's number, whatever the passes.
func TestW9_DeletesOfADay(t *testing.T) {
	g := newGround(t, ", prune: all, watch: {prune: true}, guard: {maxDeletes: 2, maxDeletePercent: 100}")
	for _, name := range []string{"b", "c", "d", "e", "f"} {
		g.write("tree/"+name, name)
	}
	g.whole(Settled)
	g.remove("tree/b", "tree/c", "tree/d")
	if r := g.whole(Halted); r.Fault != "guard" || !strings.Contains(r.Hint, "nothing was changed") {
		t.Errorf("one pass: %+v", r)
	}
	g.write("tree/c", "c")
	g.write("tree/d", "d")
	if r := g.whole(Settled); r.Counts.Deleted != 1 {
		t.Errorf("%+v", r)
	}
	g.remove("tree/c", "tree/d")
	g.now = g.now.Add(23 * time.Hour)
	if r := g.whole(Halted); r.Fault != "guard" || !strings.Contains(r.Reason, "1 were done") {
		t.Errorf("within a day: %+v", r)
	}
	g.now = g.now.Add(2 * time.Hour)
	if r := g.whole(Settled); r.Counts.Deleted != 2 {
		t.Errorf("%+v", r)
	}
}

func TestLedgerIsBounded(t *testing.T) {
	l, now := &ledger{}, time.Now()
	for range 10_000 {
		now = now.Add(20 * time.Minute)
		l.spend(now, 1)
	}
	if n := len(l.spent); n > 26 {
		t.Errorf("%d entries", n)
	}
	m := &spec.Mapping{Guard: spec.Guard{MaxDeletes: 72}}
	if _, spent := l.overspent(m, now, 1); !spent {
		t.Error("72 deletes of a day are forgotten")
	}
}

// TestW9_DeletesOfADayOutliveTheSpec has a spec read again between deletes, and the root
// of another edition elsewhere.
func TestW9_DeletesOfADayOutliveTheSpec(t *testing.T) {
	now := time.Now()
	m := &spec.Mapping{Root: t.TempDir(), Guard: spec.Guard{MaxDeletes: 2}, Watch: spec.Watch{Rescan: time.Minute}}
	clock := func() time.Time { return now }
	before := NewPasses(nil, []string{"site", "gone"}, clock).After(nil)
	before.ledgers["site"].spend(now, 2)
	before.ledgers["site"].root, before.ledgers["site"].place = m.Root, "one"
	after := NewPasses(nil, []string{"site", "new"}, clock).After(before)
	if _, spent := after.ledgers["site"].overspent(m, now, 1); !spent {
		t.Error("deletes of the edition before are forgotten")
	}
	if _, off := after.ledgers["site"].misplaced(m, "two"); !off {
		t.Error("the place of the edition before is forgotten")
	}
	if _, off := after.ledgers["site"].misplaced(&spec.Mapping{Root: t.TempDir()}, "two"); off {
		t.Error("another root is taken for one that moved")
	}
	if len(after.ledgers) != 2 || after.ledgers["new"] == nil {
		t.Errorf("%v", after.ledgers)
	}
}
