package watch

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// only wants one pass.
func only(t *testing.T, calls []call, at time.Duration, task Task) {
	t.Helper()
	if diff := cmp.Diff([]call{{at, task}}, calls, cmp.AllowUnexported(call{})); diff != "" {
		t.Errorf("passes (-want +got):\n%s", diff)
	}
}

func TestW1_LostEvents(t *testing.T) {
	beside(t, nil, func(r *rig) {
		only(t, r.drain(), 0, Task{Cause: CauseStart})
		r.wants(InSync)
		time.Sleep(time.Minute)
		r.touch("a")
		r.tell(Event{Kind: Lost, Err: errTest})
		only(t, r.drain(), time.Minute, Task{Cause: CauseLost})
		if s := r.status(); s.Counts.Lost != 1 || s.Pending != 0 || r.said("events lost") != 1 {
			t.Errorf("%+v\n%s", s, r.log.String())
		}
	})
}

func TestW2_FoldersThatCannotBeWatched(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		r.tell(Event{Kind: Blind, Err: syscall.ENOSPC})
		r.tell(Event{Kind: Touched, Path: "a"})
		time.Sleep(testSettle)
		r.wants(Degraded)
		if s := r.status(); s.Watching || s.Health() != HealthTrouble || !strings.Contains(s.Hint, "max_user_watches") {
			t.Errorf("%+v", s)
		}
		r.drain()
		r.mu.Lock()
		r.refuse = syscall.ENOSPC
		r.mu.Unlock()
		time.Sleep(2*testRescan - testSettle)
		if calls := r.drain(); len(calls) != 2 || calls[0].task.Cause != CauseRescan {
			t.Errorf("passes %+v", calls)
		}
		r.wants(Degraded)
		r.mu.Lock()
		r.refuse = nil
		r.mu.Unlock()
		time.Sleep(testRescan)
		r.wants(InSync)
		if n := r.said("can be watched") + r.said("cannot be watched"); n != 1 {
			t.Errorf("said %d times\n%s", n, r.log.String())
		}
		time.Sleep(testRescan)
		r.drain()
		for range 3 { // each source anew meets what cannot be watched
			r.tell(Event{Kind: Blind, Err: syscall.ENOSPC})
			time.Sleep(testRescan)
			r.drain()
		}
		if n := r.said("can be watched") + r.said("cannot be watched"); n != 2 {
			t.Errorf("said %d times\n%s", n, r.log.String())
		}
	})
}

func TestW4_FileIsQuietFirst(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		for range 10 { // as a program that writes a large file
			r.touch("large")
			time.Sleep(testSettle / 2)
		}
		if calls := r.drain(); calls != nil {
			t.Errorf("looked at while it was written: %+v", calls)
		}
		r.wants(Settling)
		time.Sleep(testSettle)
		only(t, r.drain(), 11*testSettle/2, Task{Paths: []string{"large"}})
		r.wants(InSync)
	})
}

// TestW4_FileWrittenForEver does not keep the others waiting.
func TestW4_FileWrittenForEver(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		r.touch("quiet")
		for range 100 {
			r.touch("log")
			time.Sleep(testSettle / 4)
		}
		only(t, r.drain(), hotFactor*testSettle, Task{Paths: []string{"quiet"}})
	})
}

func TestW5_RootIsGone(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		lost := Result{Verdict: Halted, Reason: "no root", Fault: "root", Retry: rootRetry}
		r.answers(always(lost))
		r.mu.Lock()
		r.refuse = os.ErrNotExist
		r.mu.Unlock()
		r.tell(Event{Kind: Uprooted})
		if calls := r.drain(); len(calls) != 1 || calls[0].task.Cause != CauseRoot {
			t.Errorf("passes %+v", calls)
		}
		time.Sleep(time.Hour)
		r.wants(Stopped)
		if n := len(r.drain()); n < 60*2*3/4 || n > 60*2*2 {
			t.Errorf("%d tries in an hour", n)
		}
		if s := r.status(); r.said("pass halted") != 1 || len(s.Errors) != 1 || s.Errors[0].Repeat == 0 {
			t.Errorf("%+v\n%s", s.Errors, r.log.String())
		}
		r.answers(nil)
		r.mu.Lock()
		r.refuse = nil
		r.mu.Unlock()
		time.Sleep(time.Minute)
		r.wants(InSync)
		if r.drain(); !r.status().Watching {
			t.Error("not watched")
		}
		r.touch("a") // of the tree that is back
		time.Sleep(testSettle)
		if calls := r.drain(); len(calls) != 1 || !slices.Equal(calls[0].task.Paths, []string{"a"}) {
			t.Errorf("passes %+v", calls)
		}
	})
}

// TestW5_OtherFolderAtTheRoot is found without an event, as under a mount.
func TestW5_OtherFolderAtTheRoot(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		r.sources[0].mu.Lock()
		r.sources[0].moved = true
		r.sources[0].mu.Unlock()
		time.Sleep(heartbeat)
		if calls := r.drain(); len(calls) != 1 || calls[0].task.Cause != CauseRoot || len(r.sources) != 2 || !r.sources[0].closed {
			t.Errorf("passes %+v, %d sources", calls, len(r.sources))
		}
	})
}

// TestW6_Clocks moves the clocks apart: asleep for a night, set back by an hour, and
// by less than counts.
func TestW6_Clocks(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		wall time.Duration
		want Cause
	}{{8 * time.Hour, CauseClock}, {-time.Hour, CauseClock}, {heartbeat + maxSkew, ""}, {heartbeat - maxSkew, ""}} {
		now := Instant{Wall: start}
		s := NewSchedule(now, testSettle, testRescan, func() float64 { return 0.5 })
		if _, ok, _ := s.Next(now); !ok {
			t.Fatal("nothing at the start")
		}
		s.Done(now, &Result{Verdict: Settled})
		task, ok, _ := s.Next(Instant{Mono: heartbeat, Wall: start.Add(c.wall)})
		if ok != (c.want != "") || task.Cause != c.want {
			t.Errorf("clock moved by %v: %+v, %t", c.wall, task, ok)
		}
	}
}

func TestW6_SleepOfTheMachine(t *testing.T) {
	var asleep atomic.Int64
	var start time.Time
	clock := func() Instant {
		if start.IsZero() {
			start = time.Now()
		}
		return Instant{Mono: time.Since(start), Wall: time.Now().Add(time.Duration(asleep.Load())).Round(0)}
	}
	beside(t, clock, func(r *rig) {
		r.drain()
		asleep.Store(int64(8 * time.Hour))
		time.Sleep(heartbeat)
		only(t, r.drain(), heartbeat, Task{Cause: CauseClock})
	})
}

// TestW7_NothingGrows runs a hundred thousand events in ten thousand passes.
func TestW7_NothingGrows(t *testing.T) {
	beside(t, nil, func(r *rig) {
		heap := func() uint64 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		r.answers(func(task Task) Result {
			if len(task.Paths) > 0 && task.Paths[0] == "bad" {
				return Result{Verdict: Failed, Reason: "made up", Fault: "other", Again: []string{"bad"}}
			}
			return Result{Verdict: Settled}
		})
		cycle := func(n int) {
			for i := range n {
				for j := range 10 {
					r.touch(fmt.Sprintf("dir%d/file%d", i%7, j))
				}
				if i%100 == 0 {
					r.touch("bad")
				}
				time.Sleep(testSettle)
				r.drain()
				r.mu.Lock()
				r.log.Reset()
				r.mu.Unlock()
			}
		}
		cycle(1000)
		before, goroutines := heap(), runtime.NumGoroutine()
		cycle(9000)
		if after := heap(); after > before+1<<20 || runtime.NumGoroutine() > goroutines {
			t.Errorf("heap %d bytes, then %d; %d goroutines, then %d", before, after, goroutines, runtime.NumGoroutine())
		}
		if s := r.status(); len(s.Errors) > maxErrors || len(s.Changes) > maxChanges {
			t.Errorf("%d errors, %d changes", len(s.Errors), len(s.Changes))
		}
	})
}

func TestW8_Silence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &watcher{Options: Options{Clock: func() Instant { return Instant{Mono: time.Since(start)} }}}
		beat := w.heart("site")
		time.Sleep(maxSilence)
		if name := w.silent(maxSilence); name != "" {
			t.Errorf("%q is silent too early", name)
		}
		time.Sleep(time.Nanosecond)
		if name := w.silent(maxSilence); name != "site" {
			t.Errorf("silent is %q", name)
		}
		board := NewBoard(Status{})
		if board.Silent() != "" {
			t.Error("silent before it runs")
		}
		if board.listen(w.silent); board.Silent() != "site" {
			t.Error("the board tells of none")
		}
		if s := board.Status(); s.Hanging != "site" || s.Health() != HealthTrouble {
			t.Errorf("the status says %q, %v", s.Hanging, s.Health())
		}
		beat()
		if name := w.silent(maxSilence) + board.Silent(); name != "" {
			t.Errorf("%q is silent", name)
		}
	})
}

// TestW8_LoopIsAliveDuringAPass has a pass that takes hours.
func TestW8_LoopIsAliveDuringAPass(t *testing.T) {
	beside(t, nil, func(r *rig) {
		r.drain()
		r.answers(func(Task) Result {
			time.Sleep(5 * time.Hour)
			return Result{Verdict: Settled}
		})
		r.changes = []Change{{Action: "upload", Outcome: "done", Bytes: 7}}
		r.touch("a")
		time.Sleep(time.Hour)
		r.wants(Working)
		if c := r.status().Counts; c.Uploaded != 1 || c.Bytes != 7 {
			t.Errorf("during the pass: %+v", c)
		}
		for i := range 50_000 {
			r.touch(fmt.Sprint(i))
		}
		if s := r.status(); s.Counts.Events != 50_001 {
			t.Errorf("%d events", s.Counts.Events)
		}
		time.Sleep(24 * time.Hour)
		r.answers(nil)
	})
}
