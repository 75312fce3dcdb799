package watch

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// ground is a tree, an embedded store, and the passes between them.
type ground struct {
	t       *testing.T
	dir     string
	passes  *Passes
	mapping *spec.Mapping
	now     time.Time
	changes []Change
}

// later is a clock by which no file was written a moment ago.
func later() time.Time { return time.Now().Add(time.Minute) }

// parse makes the spec of a mapping "site" with some fields.
func parse(t *testing.T, dir, fields string) *spec.Spec {
	t.Helper()
	text := "version: 1\nstores: {box: {embedded: box}}\nmappings:\n" +
		"  - {name: site, local: tree, to: \"oss://bucket/www/\"" + fields + "}\n" +
		"  - {name: idle, local: tree, to: \"oss://bucket/off/\", watch: {enabled: false}}\n"
	s, err := spec.Parse(filepath.Join(dir, "osssync.yaml"), dir, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newGround(t *testing.T, fields string) *ground {
	t.Helper()
	g := &ground{t: t, dir: t.TempDir(), now: time.Now()}
	g.write("tree/a", "a")
	wish := parse(t, g.dir, fields)
	names := []string{"site"}
	session, err := reconcile.Open(t.Context(), wish, names, reconcile.Options{StateDir: filepath.Join(g.dir, "state"), Now: later})
	if err != nil {
		t.Fatal(err)
	}
	g.passes = NewPasses(session, names, func() time.Time { return g.now })
	g.mapping, _ = wish.Mapping("site")
	t.Cleanup(func() {
		if err := g.passes.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func (g *ground) write(name, content string) {
	g.t.Helper()
	path := filepath.Join(g.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(content), 0o644)
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *ground) remove(names ...string) {
	g.t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(g.dir, name)); err != nil {
			g.t.Fatal(err)
		}
	}
}

func (g *ground) pass(t Task) Result {
	g.t.Helper()
	g.changes = nil
	return g.passes.Pass(g.t.Context(), g.mapping, t, Observer{
		Progress: &apply.Progress{}, Change: func(c Change) { g.changes = append(g.changes, c) },
	})
}

// whole does a pass over everything and wants a verdict.
func (g *ground) whole(want Verdict) Result {
	g.t.Helper()
	return g.wants(g.pass(Task{Cause: CauseStart}), want)
}

func (g *ground) batch(want Verdict, paths ...string) Result {
	g.t.Helper()
	return g.wants(g.pass(Task{Paths: paths}), want)
}

func (g *ground) wants(r Result, want Verdict) Result {
	g.t.Helper()
	if r.Verdict != want {
		g.t.Errorf("verdict %d, want %d: %+v", r.Verdict, want, r)
	}
	return r
}

func TestPasses(t *testing.T) {
	g := newGround(t, "")
	if r := g.batch(Settled, "a"); r.Whole != CauseUnclear || r.Counts.Changed() != 0 {
		t.Errorf("without an index: %+v", r)
	}
	if r := g.whole(Settled); r.Counts.Uploaded != 1 || r.Counts.Bytes != 1 {
		t.Errorf("%+v", r)
	}
	g.write("tree/a", "aa")
	g.write("tree/d/b", "b")
	if r := g.batch(Settled, "a", "d"); r.Counts.Uploaded != 2 || r.Whole != "" || len(g.changes) != 2 || g.changes[0].Outcome != "done" || len(g.changes[0].Path+g.changes[1].Path) != len("ad/b") {
		t.Errorf("%+v, %+v", r, g.changes)
	}
	if r := g.whole(Settled); r.Counts.Changed() != 0 || r.Drift != 0 {
		t.Errorf("%+v", r)
	}
}

func TestPassesLeaveAlone(t *testing.T) {
	g := newGround(t, ", symlinks: error")
	if err := os.Symlink("a", filepath.Join(g.dir, "tree/link")); err != nil {
		t.Skip(err)
	}
	if r := g.whole(Left); !strings.Contains(r.Reason, `"link"`) || r.Counts.Uploaded != 1 {
		t.Errorf("%+v", r)
	}
}

// TestHeldDeletesAreLeft has a secret that may be what a delete takes away, under
// its new name: nothing is tried again and again for that.
func TestHeldDeletesAreLeft(t *testing.T) {
	g := newGround(t, ", prune: all, watch: {prune: true}")
	g.write("tree/b", "b")
	g.whole(Settled)
	g.remove("tree/b")
	g.write("tree/.env", "b")
	if r := g.whole(Left); r.Counts.Held != 1 || len(r.Again) != 0 || r.Whole != "" || !strings.Contains(r.Reason, "held back") {
		t.Errorf("%+v", r)
	}
	g.remove("tree/.env")
	if r := g.whole(Settled); r.Counts.Deleted != 1 {
		t.Errorf("%+v", r)
	}
}

func TestW5_TreeIsGoneOrEmpty(t *testing.T) {
	g := newGround(t, "")
	g.whole(Settled)
	tree := filepath.Join(g.dir, "tree")
	if err := os.Rename(tree, tree+"-away"); err != nil {
		t.Fatal(err)
	}
	if r := g.whole(Halted); r.Fault != "root" || !strings.Contains(r.Reason, "does not exist") {
		t.Errorf("%+v", r)
	}
	if err := os.Mkdir(tree, 0o755); err != nil {
		t.Fatal(err)
	}
	if r := g.whole(Halted); r.Fault != "guard" || !r.Stirs || !strings.Contains(r.Reason, "is empty") {
		t.Errorf("%+v", r)
	}
	g.write("tree/a", "a")
	g.whole(Settled)
}

// TestW9_DeletesAreAskedFor has files that are gone: nothing is deleted but with
// watch.prune, and then by a pass over everything alone.
func TestW9_DeletesAreAskedFor(t *testing.T) {
	for fields, prunes := range map[string]bool{
		", prune: all": false, ", prune: all, watch: {prune: true}": true, ", watch: {prune: true}": false, "": false,
	} {
		g := newGround(t, fields)
		g.write("tree/b", "b")
		g.whole(Settled)
		g.remove("tree/b")
		want, deleted, extra := Cause(""), int64(0), int64(1)
		if prunes {
			want, deleted, extra = CauseDeletes, 1, 0
		}
		if r := g.batch(Settled, "b"); r.Counts.Deleted != 0 || r.Whole != want {
			t.Errorf("%q: paths: %+v", fields, r)
		}
		if r := g.whole(Settled); r.Counts.Deleted != deleted || r.Extra != extra {
			t.Errorf("%q: everything: %+v", fields, r)
		}
	}
}

// TestDrift has another writer between two passes.
func TestDrift(t *testing.T) {
	for fields, reported := range map[string]bool{"": false, ", watch: {drift: report}": true} {
		g := newGround(t, fields)
		g.whole(Settled)
		g.other("a", "altered")
		r := g.whole(Settled)
		if r.Drift != 1 || reported != (r.Kept == 1) || reported != (r.Counts.Uploaded == 0) {
			t.Errorf("%q: %+v", fields, r)
		}
		if r := g.whole(Settled); reported != (r.Drift == 1) {
			t.Errorf("%q again: %+v", fields, r)
		}
	}
}

// other writes to the tree's object as somebody else would: by another mapping of
// another spec.
func (g *ground) other(name, content string) {
	g.t.Helper()
	wish, err := spec.Parse(filepath.Join(g.dir, "other.yaml"), g.dir, []byte("version: 1\nstores: {box: {embedded: box}}\nmappings:\n"+
		"  - {name: other, local: elsewhere, to: \"oss://bucket/www/\"}\n"))
	if err != nil {
		g.t.Fatal(err)
	}
	g.write("elsewhere/"+name, content)
	if err := g.passes.Close(); err != nil {
		g.t.Fatal(err)
	}
	options := reconcile.Options{StateDir: filepath.Join(g.dir, "state"), Now: later}
	session, err := reconcile.Open(g.t.Context(), wish, nil, options)
	if err != nil {
		g.t.Fatal(err)
	}
	theirs := NewPasses(session, []string{"other"}, time.Now)
	m, _ := wish.Mapping("other")
	if r := theirs.Pass(g.t.Context(), m, Task{Cause: CauseStart}, Observer{Progress: &apply.Progress{}, Change: func(Change) {}}); r.Verdict != Settled {
		g.t.Fatalf("%+v", r)
	}
	if err := theirs.Close(); err != nil {
		g.t.Fatal(err)
	}
	ours := &spec.Spec{Path: filepath.Join(g.dir, "osssync.yaml"), Stores: wish.Stores, Mappings: []spec.Mapping{*g.mapping}}
	if session, err = reconcile.Open(g.t.Context(), ours, nil, options); err != nil {
		g.t.Fatal(err)
	}
	g.passes.session = session
}

// TestManyFilesThatMove has more files change under a pass than are tried again by
// name: however often that happens, the next pass does not wait for long.
func TestManyFilesThatMove(t *testing.T) {
	m := &spec.Mapping{Direction: spec.Push, Watch: spec.Watch{Settle: time.Second, Rescan: time.Hour}}
	tally := tally{mapping: m, whole: true, now: time.Now, change: func(Change) {}}
	for i := range maxAgain + 1 {
		tally.see(apply.Result{Action: &plan.Upload{Path: strconv.Itoa(i)}, Outcome: apply.Skipped, Err: localfs.ErrChanged})
	}
	r := tally.result(&reconcile.Report{}, nil)
	if r.Verdict != Failed || r.Fault != "moved" || len(r.Again) > 0 {
		t.Fatalf("%+v", r)
	}
	s := NewSchedule(Instant{}, m.Watch.Settle, m.Watch.Rescan, func() float64 { return 0.5 })
	now := Instant{}
	for range 20 {
		task, begun, _ := s.Next(now)
		if !begun || !task.Whole() {
			t.Fatalf("at %v: %+v", now.Mono, task)
		}
		s.Done(now, &r)
		wait := s.WholeAt() - now.Mono
		if wait > hotFactor*m.Watch.Settle {
			t.Fatalf("waits %v", wait)
		}
		now.Mono += wait
	}
}

// TestLockedMapping has an apply that runs.
func TestLockedMapping(t *testing.T) {
	g := newGround(t, "")
	p, err := g.passes.session.Prepare(t.Context(), g.mapping, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := g.whole(Waiting); !strings.Contains(r.Reason, "pid ") || r.Fault != "" {
		t.Errorf("%+v", r)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	g.whole(Settled)
}
