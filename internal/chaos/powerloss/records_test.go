//go:build failpoint

package powerloss

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
	"github.com/osssync/osssync/internal/chaos/stage"
	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/resumable"
)

// After a power loss a record is what was put last, or what was being put; never a
// part of it. That one was deleted may be forgotten.
func TestS11_RecordsOutlivePowerLoss(t *testing.T) {
	level, err := stage.LevelAsked()
	if err != nil {
		t.Fatal(err)
	}
	dir, seed := ground.Memory(t), ground.Seed(t)
	recorder, err := NewRecorder(dir)
	if err != nil {
		t.Fatal(err)
	}
	restore := disk.SetGate(recorder)
	defer restore()
	store, err := resumable.NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.Repeat("0123456789abcdef", 2)
	key += "--" + key
	text := func(n int) string { return fmt.Sprintf("{%q: %q}", "text", strings.Repeat(fmt.Sprint(n), 1000)) }
	const absent = ""
	values, ends := []string{absent}, []int{0} // after each deed, and where it ended in the log
	for n, value := range []string{text(1), text(2), absent, text(3), absent, text(4)} {
		if value == absent {
			err = store.Delete(key)
		} else {
			err = store.Put(key, []byte(value))
		}
		if err != nil {
			t.Fatalf("deed %d: %v", n, err)
		}
		values, ends = append(values, value), append(ends, recorder.Log().Len())
	}
	restore()
	log := recorder.Log()
	for draw := range level.PowerLosses / 10 {
		random := rand.New(rand.NewPCG(seed, uint64(draw)))
		n := random.IntN(log.Len() + 1)
		if err := log.Crash(n, random).Put(); err != nil {
			t.Fatal(err)
		}
		got, err := store.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		last := len(ends) - 1
		for ends[last] > n {
			last--
		}
		may := values[last:min(last+2, len(values))]
		if values[last] == absent && last > 0 {
			may = append([]string{values[last-1]}, may...)
		}
		if !slices.Contains(may, string(got)) {
			t.Fatalf("OSSSYNC_SEED=%d: draw %d, after %d of %d events: record %.30q", seed, draw, n, log.Len(), got)
		}
	}
}
