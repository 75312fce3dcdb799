package apply_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// site is a plan with everything in it: two phases of uploads, headers, an abort
// and deletes of both kinds.
func (b *bench) site() []plan.Action {
	b.t.Helper()
	b.phases = 2
	stale := b.begun("stale", "part")
	return []plan.Action{
		&plan.Upload{Path: "a.js", Reason: plan.ReasonNew, Local: b.write("a.js", "js"), Headers: html},
		&plan.Upload{Path: "b.css", Reason: plan.ReasonNew, Local: b.write("b.css", "css"), Headers: html},
		&plan.Upload{Path: "index.html", Reason: plan.ReasonNew, Local: b.write("index.html", "<h1>"), Headers: html, Phase: 1},
		&plan.SetMeta{Path: "meta", Reason: plan.ReasonHeadersDiffer, Remote: b.put("meta", "same"), Local: b.write("meta", "same"), Headers: html},
		&plan.AbortUpload{Path: "stale", Reason: plan.ReasonUploadStale, UploadID: stale, Parts: 1, Bytes: 4},
		&plan.DeleteRemote{Path: "x", Reason: plan.ReasonGone, Before: b.put("x", "old")},
		&plan.DeleteLocal{Path: "y", Reason: plan.ReasonGone, Before: b.write("y", "old")},
		&plan.Forget{Path: "z"},
	}
}

// refuse fails the requests about one object.
func refuse(op ossserver.Operation, path string, status int, code string) func(ossserver.Request) *ossserver.Fault {
	return func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == op && r.Key == prefix+path {
			return &ossserver.Fault{Status: status, Code: code}
		}
		return nil
	}
}

// outcomes are the words for results, by path.
func outcomes(results map[string]apply.Result) map[string]string {
	words := map[string]string{}
	for path, r := range results {
		words[path] = r.Outcome.String()
	}
	return words
}

// TestP14_OrderOfWork has the first requests of each object in the order of the
// phases, whatever the order of the paths.
func TestP14_OrderOfWork(t *testing.T) {
	b := newBench(t)
	actions := b.site()
	b.journal.Reset()
	results, err := b.run(actions...)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != len(actions) {
		t.Errorf("%d results of %d actions", len(results), len(actions))
	}
	for path, r := range results {
		if r.Outcome != apply.Done {
			t.Errorf("%q: %v %v", path, r.Outcome, r.Err)
		}
	}
	stage := map[string]int{"a.js": 0, "b.css": 0, "index.html": 1, "meta": 2, "stale": 2, "x": 3}
	last := 0
	for _, e := range b.journal.Exchanges() {
		now := stage[strings.TrimPrefix(e.Key, prefix)]
		if now < last {
			t.Errorf("%s of %q came after work of stage %d", e.Operation, e.Key, last)
		}
		last = max(last, now)
	}
	b.balanced()
	if s := b.env.Progress.Snapshot(); s.Done.Actions != 7 || s.Done.Bytes != 9 {
		t.Errorf("%+v", s)
	}
}

// TestD17_TroubleHoldsWhatRelies fails or moves one thing after another and sees
// what is held then: later phases and deletes after a transfer, nothing else.
func TestD17_TroubleHoldsWhatRelies(t *testing.T) {
	after := func(changes map[string]string) map[string]string {
		words := map[string]string{"a.js": "done", "b.css": "done", "index.html": "done", "meta": "done", "stale": "done", "x": "done", "y": "done", "z": "done"}
		for path, word := range changes {
			words[path] = word
		}
		return words
	}
	for _, c := range []struct {
		name    string
		trouble func(b *bench)
		want    map[string]string
	}{
		{"an upload of the first phase fails", func(b *bench) {
			b.meets(refuse(ossserver.PutObject, "a.js", 400, "InvalidArgument"))
		}, after(map[string]string{"a.js": "failed", "index.html": "held", "x": "held", "y": "held"})},
		{"a file of the first phase moved", func(b *bench) {
			b.write("b.css", "edited")
		}, after(map[string]string{"b.css": "skipped", "index.html": "held", "x": "held", "y": "held"})},
		{"an upload of the last phase fails", func(b *bench) {
			b.meets(refuse(ossserver.PutObject, "index.html", 400, "InvalidArgument"))
		}, after(map[string]string{"index.html": "failed", "x": "held", "y": "held"})},
		{"headers cannot be set", func(b *bench) {
			b.meets(refuse(ossserver.CopyObject, "meta", 400, "InvalidArgument"))
		}, after(map[string]string{"meta": "failed"})},
		{"an upload to abort is alive", func(b *bench) {
			b.meets(refuse(ossserver.AbortMultipartUpload, "stale", 400, "InvalidArgument"))
		}, after(map[string]string{"stale": "failed"})},
		{"an object to delete moved", func(b *bench) {
			b.put("x", "theirs")
		}, after(map[string]string{"x": "skipped"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			section := b.section(b.site()...)
			c.trouble(b)
			results := map[string]apply.Result{}
			for r, err := range apply.Run(t.Context(), section, b.env) {
				if err != nil {
					t.Fatal(err)
				}
				results[r.Action.Where()] = r
				if r.Outcome != apply.Done && (r.Err == nil || r.Row != nil || r.Forget) {
					t.Errorf("%+v", r)
				}
			}
			if got := outcomes(results); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
			b.balanced()
		})
	}
}

// many is a plan of so many uploads.
func (b *bench) many(n int) []plan.Action {
	b.t.Helper()
	var actions []plan.Action
	for i := range n {
		path := fmt.Sprintf("file%03d", i)
		actions = append(actions, &plan.Upload{Path: path, Reason: plan.ReasonNew, Local: b.write(path, "content "+path), Headers: html})
	}
	return append(actions, &plan.DeleteLocal{Path: "z", Reason: plan.ReasonGone, Before: b.write("z", "old")})
}

func TestTroubleOfAllEndsTheRun(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault ossserver.Fault
		kind  fault.Kind
	}{
		{"denied", ossserver.Fault{Status: 403, Code: "AccessDenied"}, fault.Denied},
		{"no bucket", ossserver.Fault{Status: 404, Code: "NoSuchBucket"}, fault.NoBucket},
		{"service down", ossserver.Fault{Status: 500, Code: "InternalError"}, fault.Remote},
		{"connection lost", ossserver.Fault{Drop: true}, fault.Remote},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			actions := b.many(60)
			b.meets(func(r ossserver.Request) *ossserver.Fault {
				if r.Seq > 20 {
					return &c.fault
				}
				return nil
			})
			results, err := b.run(actions...)
			if fault.Of(err) != c.kind {
				t.Errorf("the run ended with %v, of kind %d", err, fault.Of(err))
			}
			failed := 0
			for path, r := range results {
				switch {
				case r.Outcome == apply.Failed:
					failed++
					if fault.Of(r.Err) != c.kind {
						t.Errorf("%q: %v", path, r.Err)
					}
				case r.Outcome != apply.Done || r.Row == nil:
					t.Errorf("%q: %v %v", path, r.Outcome, r.Err)
				}
			}
			if workers := b.env.Mapping.Transfer.Files; failed == 0 || failed > workers {
				t.Errorf("%d failures with %d workers", failed, workers)
			}
			if b.content("z") != "old" {
				t.Error("a delete was done")
			}
		})
	}
}

func TestBreakingOff(t *testing.T) {
	b := newBench(t)
	section := b.section(b.many(40)...)
	n := 0
	for _, err := range apply.Run(t.Context(), section, b.env) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 3 {
			break
		}
	}
	sent := b.journal.Count(ossserver.PutObject)
	if limit := n + 2*b.env.Mapping.Transfer.Files; sent > limit {
		t.Errorf("%d uploads were begun for 3 results", sent)
	}
	if b.content("z") != "old" {
		t.Error("a delete was done")
	}
}

func TestPanicOfTheConsumer(t *testing.T) {
	b := newBench(t)
	section := b.section(b.many(40)...)
	defer func() {
		if r := recover(); r != "mine" {
			t.Errorf("recovered %v", r)
		}
	}()
	for range apply.Run(t.Context(), section, b.env) {
		panic("mine") // no goroutine may stay behind; TestMain looks
	}
}

// TestCancel cancels while uploads are stalled at the service.
func TestCancel(t *testing.T) {
	b := newBench(t)
	section := b.section(b.many(40)...)
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	stalled := make(chan struct{}, 100)
	b.meets(func(r ossserver.Request) *ossserver.Fault {
		if r.Seq <= 10 {
			return nil
		}
		stalled <- struct{}{}
		return &ossserver.Fault{Wait: never}
	})
	go func() {
		for range b.env.Mapping.Transfer.Files {
			<-stalled
		}
		cancel()
	}()
	began := time.Now()
	var end error
	for r, err := range apply.Run(ctx, section, b.env) {
		if end = err; err == nil && r.Outcome != apply.Done {
			t.Errorf("%q: %v %v", r.Action.Where(), r.Outcome, r.Err)
		}
	}
	if !errors.Is(end, context.Canceled) || fault.Of(end) != fault.Interrupted {
		t.Errorf("ended with %v", end)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestCancelledBefore(t *testing.T) {
	b := newBench(t)
	section := b.section(b.many(3)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := 0
	for _, err := range apply.Run(ctx, section, b.env) {
		if n++; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	if n != 1 || len(b.journal.Exchanges()) != 0 {
		t.Errorf("%d pairs, %d requests", n, len(b.journal.Exchanges()))
	}
}

// TestUnreadablePlan has the file of the plan cut while it is run.
func TestUnreadablePlan(t *testing.T) {
	b := newBench(t)
	section := b.section(b.many(3)...)
	b.closePlans()
	var end error
	for _, err := range apply.Run(t.Context(), section, b.env) {
		end = err
	}
	if !errors.Is(end, os.ErrClosed) {
		t.Errorf("ended with %v", end)
	}
}

// TestMemoryDoesNotGrowWithTheRows runs a plan of very many rows.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	b := newBench(t)
	const n = 50_000
	actions := make([]plan.Action, 0, n)
	for i := range n {
		actions = append(actions, &plan.Forget{Path: fmt.Sprintf("file%08d", i)})
	}
	section := b.section(actions...)
	actions = nil
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most, rows := heap(), uint64(0), 0
	for _, err := range apply.Run(t.Context(), section, b.env) {
		if err != nil {
			t.Fatal(err)
		}
		if rows++; rows%10_000 == 0 {
			most = max(most, heap())
		}
	}
	if rows != n {
		t.Errorf("%d results of %d rows", rows, n)
	}
	if most > before+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, most)
	}
}

func TestProgressShowsWhatIsUnderWay(t *testing.T) {
	b := newBench(t)
	section := b.section(b.many(8)...)
	release := make(chan struct{})
	arrived := make(chan struct{}, 100)
	b.meets(func(r ossserver.Request) *ossserver.Fault {
		arrived <- struct{}{}
		return &ossserver.Fault{Wait: release}
	})
	seen := make(chan apply.Snapshot, 1)
	go func() {
		for range b.env.Mapping.Transfer.Files {
			<-arrived
		}
		seen <- b.env.Progress.Snapshot()
		close(release)
	}()
	for _, err := range apply.Run(t.Context(), section, b.env) {
		if err != nil {
			t.Fatal(err)
		}
	}
	s := <-seen
	if s.Total.Actions != 9 || s.Total.Bytes != 8*int64(len("content file000")) || s.Done.Actions != 0 {
		t.Errorf("%+v", s)
	}
	if len(s.Active) != b.env.Mapping.Transfer.Files || !slices.IsSortedFunc(s.Active, func(x, y apply.Transfer) int { return strings.Compare(x.Path, y.Path) }) {
		t.Errorf("under way: %+v", s.Active)
	}
	b.balanced()
	if (*apply.Progress)(nil).Snapshot().Total.Actions != 0 {
		t.Error("nil has done something")
	}
}

// TestUndecidedContentHolds has a file that the planner could not read although
// new content may be due there: what relies on it is held as after a failure.
func TestUndecidedContentHolds(t *testing.T) {
	for due, want := range map[bool]string{true: "held", false: "done"} {
		b := newBench(t)
		actions := append(b.site()[:3:3], &plan.Conflict{Path: "locked.css", Reason: plan.ReasonUnreadable, Due: due},
			&plan.DeleteRemote{Path: "x", Reason: plan.ReasonGone, Before: b.put("x", "old")})
		slices.SortFunc(actions, func(a, b plan.Action) int { return strings.Compare(a.Where(), b.Where()) })
		results, err := b.run(actions...)
		if err != nil {
			t.Fatal(err)
		}
		got := outcomes(results)
		if got["a.js"] != "done" || got["b.css"] != "done" || got["index.html"] != want || got["x"] != want {
			t.Errorf("due %t: %v", due, got)
		}
	}
}
