package watch

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDirtyCoversWhatIsTouched draws touches and takes, and wants every touch to be
// covered by what was taken after it, or is there still.
func TestDirtyCoversWhatIsTouched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Dirty
		var now time.Duration
		open := map[string]time.Duration{} // touched and not taken since, and when last
		covered := func(by map[string]bool, path string) bool {
			for ; path != ""; path = parent(path) {
				if by[path] {
					return true
				}
			}
			return by[""]
		}
		t.Repeat(map[string]func(*rapid.T){
			"touch": func(t *rapid.T) {
				p := rapid.StringMatching(`[ab](/[ab]){0,2}`).Draw(t, "path")
				d.Add(now, p, rapid.IntRange(0, 5).Draw(t, "folder") == 0)
				open[p] = now
			},
			"burst": func(t *rapid.T) {
				dir := rapid.SampledFrom([]string{"a", "b/c"}).Draw(t, "dir")
				for i := range rapid.SampledFrom([]int{3, maxInFolder, maxInFolder + 2}).Draw(t, "files") {
					p := fmt.Sprintf("%s/%d", dir, i)
					d.Add(now, p, false)
					open[p] = now
				}
			},
			"wait": func(t *rapid.T) { now += time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond },
			"take": func(t *rapid.T) {
				taken := d.Take(now, testSettle)
				by := map[string]bool{}
				for _, p := range taken {
					by[p] = true
				}
				maps.DeleteFunc(open, func(p string, _ time.Duration) bool { return covered(by, p) })
				if !slices.IsSorted(taken) {
					t.Errorf("taken %q", taken)
				}
			},
			"": func(t *rapid.T) {
				if d.Len() > maxPaths+1 {
					t.Fatalf("%d paths", d.Len())
				}
				by := map[string]bool{}
				for p := range d.stains {
					by[p] = true
				}
				for p := range open {
					if !covered(by, p) {
						t.Fatalf("%q was touched and is not there: %v", p, by)
					}
				}
				if at, some := d.Due(testSettle); some != (d.Len() > 0) || some && at > now+hotFactor*testSettle {
					t.Fatalf("due at %v, now %v", at, now)
				}
			},
		})
	})
}

func TestDirtyCollapses(t *testing.T) {
	var d Dirty
	for i := range maxInFolder + 1 {
		d.Add(0, fmt.Sprintf("dir/%d", i), false)
	}
	d.Add(0, "dir/sub/x", false)
	if got := d.Take(testSettle, testSettle); !slices.Equal(got, []string{"dir"}) {
		t.Errorf("many in a folder: %q", got)
	}
	for i := range maxPaths + 1 {
		d.Add(0, fmt.Sprintf("d%d/%d", i/200, i), false)
	}
	if got := d.Take(testSettle, testSettle); !slices.Equal(got, []string{""}) {
		t.Errorf("many in all: %d paths", len(got))
	}
	if d.Len() != 0 || len(d.in) != 0 {
		t.Errorf("left: %d, %v", d.Len(), d.in)
	}
}

// TestScheduleNeverStarves draws events and results, lets time pass as Next says, and
// wants a pass over everything to begin within a rescan and a quarter after the last
// ended, or after trouble.
func TestScheduleNeverStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var now time.Duration
		at := func() Instant { return Instant{Mono: now, Wall: time.Unix(0, 0).Add(now)} }
		s := NewSchedule(at(), testSettle, testRescan, func() float64 { return rapid.Float64Range(0, 1).Draw(t, "random") })
		var lastWhole time.Duration
		for range 100 {
			if rapid.Bool().Draw(t, "touched") {
				s.Touch(at(), rapid.SampledFrom([]string{"a", "b", "c/d"}).Draw(t, "path"), false)
			}
			task, ok, wait := s.Next(at())
			if !ok {
				if wait <= 0 || wait > testRescan*5/4 {
					t.Fatalf("wait %v", wait)
				}
				now += rapid.SampledFrom([]time.Duration{wait, wait / 2, time.Second}).Draw(t, "pause")
				continue
			}
			if again, twice, _ := s.Next(at()); twice {
				t.Fatalf("%+v while another runs", again)
			}
			if task.Whole() {
				if now-lastWhole > 2*(testRescan*5/4)+time.Minute {
					t.Fatalf("%v without a pass over everything", now-lastWhole)
				}
			} else if len(task.Paths) == 0 {
				t.Fatal("nothing to do")
			}
			now += time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second
			r := Result{Verdict: rapid.SampledFrom([]Verdict{Settled, Left, Failed, Halted, Waiting}).Draw(t, "verdict")}
			if rapid.Bool().Draw(t, "again") {
				r.Again = []string{"a"}
			}
			r.Stirs = r.Verdict == Halted && rapid.Bool().Draw(t, "stirs")
			s.Done(at(), &r)
			if task.Whole() {
				lastWhole = now
			}
		}
	})
}

// TestScheduleBacksOff has trouble that stays.
func TestScheduleBacksOff(t *testing.T) {
	var now time.Duration
	at := func() Instant { return Instant{Mono: now, Wall: time.Unix(0, 0).Add(now)} }
	s := NewSchedule(at(), testSettle, testRescan, func() float64 { return 0.5 })
	var pauses []time.Duration
	for range 12 {
		if _, ok, _ := s.Next(at()); !ok {
			t.Fatal("not due")
		}
		s.Done(at(), &Result{Verdict: Failed})
		_, _, wait := s.Next(at())
		pauses = append(pauses, wait)
		now += wait
	}
	want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600}
	for i := range want {
		if want[i] *= time.Second; pauses[i] != want[i] {
			t.Errorf("pauses %v", pauses)
			break
		}
	}
}

// TestScheduleForDeletes has a tree in which something is removed all the time: the
// passes take a fifth of the time.
func TestScheduleForDeletes(t *testing.T) {
	var now time.Duration
	at := func() Instant { return Instant{Mono: now, Wall: time.Unix(0, 0).Add(now)} }
	s := NewSchedule(at(), testSettle, testRescan, func() float64 { return 0.5 })
	busy := time.Duration(0)
	for now < time.Hour {
		s.Touch(at(), "a", false)
		task, ok, _ := s.Next(at())
		switch {
		case ok && task.Whole():
			now += 30 * time.Second
			busy += 30 * time.Second
			s.Done(at(), &Result{Verdict: Settled})
		case ok:
			s.Done(at(), &Result{Verdict: Settled, Whole: CauseDeletes})
		}
		s.Want(at(), CauseDeletes)
		now += time.Second
	}
	if busy < 11*time.Minute || busy > 13*time.Minute {
		t.Errorf("busy %v of an hour", busy)
	}
}

func TestHealth(t *testing.T) {
	for _, c := range []struct {
		status Status
		want   Health
	}{
		{Status{}, HealthInSync},
		{Status{SpecError: "x"}, HealthTrouble},
		{Status{Mappings: []MappingStatus{{State: InSync}, {State: Working}}}, HealthPending},
		{Status{Mappings: []MappingStatus{{State: InSync, Kept: 1}}}, HealthPending},
		{Status{Mappings: []MappingStatus{{State: InSync, Extra: 1}}}, HealthInSync},
		{Status{Mappings: []MappingStatus{{State: Starting}, {State: Stopped}}}, HealthTrouble},
		{Status{Mappings: []MappingStatus{{State: BackingOff}}}, HealthTrouble},
		{Status{Mappings: []MappingStatus{{State: Degraded}}}, HealthTrouble},
		{Status{Mappings: []MappingStatus{{State: Holding}}}, HealthPending},
	} {
		if got := c.status.Health(); got != c.want {
			t.Errorf("%+v: %d, want %d", c.status, got, c.want)
		}
	}
}
