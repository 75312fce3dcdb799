//go:build failpoint

package chaos

import (
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
)

// TestDiskFaults has every call to the disk in every scenario's last apply go
// wrong in every way of the catalogue, one at a time. Gates are for the whole
// process, so there is one world at a time.
func TestDiskFaults(t *testing.T) {
	sweep(t, false, func(s schedule, last *outcome) iter.Seq[schedule] { return s.diskSingles(last.calls) })
}

// TestDiskFaultsStrike has calls of each kind fail, and wants to see that they did.
func TestDiskFaultsStrike(t *testing.T) {
	dir := ground.Memory(t)
	var folder counter
	struck := map[string]bool{}
	for _, text := range []string{
		"push,all,page=0,workers=1; local+a=204801 local+b=3; local~a local-b",
		"pull,all,page=0,workers=1; remote+a=204801 remote+b/c=3; remote-b/c remote+a=3 wait=2h",
	} {
		for _, op := range diskOps {
			s, err := parseSchedule(text)
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.steps {
				s.steps[i].disk = []diskFault{{op: op, nth: 1, ever: true, do: "EIO"}}
			}
			if err := bubble(t, dir, folder.next(), func(dir string) error {
				last, err := rehearse(dir, s)
				if last != nil && last.broken > 0 {
					struck[op] = true
				}
				return err
			}); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
	for _, op := range diskOps {
		if !struck[op] {
			t.Logf("no run calls %q", op)
		}
	}
	if len(struck) < len(diskOps)-3 {
		t.Errorf("only %v were struck", struck)
	}
}

// TestDiskSchedules plays random schedules with faults of wire and disk.
func TestDiskSchedules(t *testing.T) {
	dir := ground.Memory(t)
	seed, count := ground.Seed(t), level(t).Schedules/10
	t.Logf("OSSSYNC_SEED=%d, %d schedules", seed, count)
	var folder counter
	playIn := func(s schedule) error {
		return bubble(t, dir, folder.next(), func(dir string) error { return play(dir, s) })
	}
	for n := range uint64(count) {
		s := draw(seed, n).withDiskFaults(seed, n)
		if err := playIn(s); err != nil {
			t.Errorf("OSSSYNC_SEED=%d, schedule %d: %v", seed, n, err)
			t.Fatalf("OSSSYNC_SCHEDULE='%s'", shrink(s, shrinkBudget, func(s schedule) bool { return playIn(s) != nil }))
		}
	}
}

// diskSingles yields s with each fault in each of the calls of its last apply,
// once and from then on.
func (s schedule) diskSingles(calls map[string]int) iter.Seq[schedule] {
	last := len(s.steps) - 1
	return func(yield func(schedule) bool) {
		for _, op := range slices.Sorted(maps.Keys(calls)) {
			for n := range calls[op] {
				for _, do := range diskFaultsOf(op) {
					for _, ever := range []bool{false, true} {
						if ever && n > 0 {
							continue
						}
						f := diskFault{op: op, nth: n + 1, ever: ever, do: do}
						if !yield(s.without(last, func(n *step) bool { n.disk = []diskFault{f}; return true })) {
							return
						}
					}
				}
			}
		}
	}
}
