package chaos

import (
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
)

// shrinkBudget is how often a schedule that fails is played on to make it smaller.
const shrinkBudget = 400

// TestSchedules plays random schedules: outside edits, runs, and faults in them.
// OSSSYNC_SEED=... draws those of another run again, OSSSYNC_SCHEDULE=... plays
// one.
func TestSchedules(t *testing.T) {
	dir := ground.Memory(t)
	if text := os.Getenv("OSSSYNC_SCHEDULE"); text != "" {
		s, err := parseSchedule(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := bubble(t, dir, 0, func(dir string) error { return play(dir, s) }); err != nil {
			t.Error(err)
		}
		return
	}
	seed := ground.Seed(t)
	count := level(t).Schedules
	t.Logf("OSSSYNC_SEED=%d, %d schedules", seed, count)
	var next atomic.Int64
	var folder counter
	for worker := range runtime.GOMAXPROCS(0) {
		t.Run(strconv.Itoa(worker), func(t *testing.T) {
			t.Parallel()
			fails := func(s schedule) bool {
				return bubble(t, dir, folder.next(), func(dir string) error { return play(dir, s) }) != nil
			}
			for n := next.Add(1) - 1; n < int64(count); n = next.Add(1) - 1 {
				s := draw(seed, uint64(n))
				if err := bubble(t, dir, folder.next(), func(dir string) error { return play(dir, s) }); err != nil {
					t.Errorf("OSSSYNC_SEED=%d, schedule %d: %v", seed, n, err)
					t.Fatalf("OSSSYNC_SCHEDULE='%s'", shrink(s, shrinkBudget, fails))
				}
			}
		})
	}
}

// TestScheduleText reads what is written, for many drawn schedules.
func TestScheduleText(t *testing.T) {
	for n := range uint64(500) {
		text := draw(1, n).withDiskFaults(1, n).String()
		s, err := parseSchedule(text)
		if err != nil || s.String() != text {
			t.Fatalf("%s\n%s\n%v", text, s, err)
		}
	}
}
