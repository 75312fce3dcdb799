//go:build failpoint

package powerloss

import (
	"bytes"
	"errors"
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

// recordStore is a store that is recorded until it is restored, and a key of it.
func recordStore(t *testing.T) (r *Recorder, store *resumable.FileStore, key string, restore func()) {
	t.Helper()
	dir := ground.Memory(t)
	r, err := NewRecorder(dir)
	if err != nil {
		t.Fatal(err)
	}
	restore = disk.SetGate(r)
	t.Cleanup(restore)
	if store, err = resumable.NewFileStore(dir); err != nil {
		t.Fatal(err)
	}
	half := strings.Repeat("0123456789abcdef", 2)
	return r, store, half + "--" + half, restore
}

// recordText is a record of 1012 bytes, with its end of line.
func recordText(n int) string {
	return fmt.Sprintf("{%q:%q}\n", "text", strings.Repeat(fmt.Sprint(n), 1000))
}

// After a power loss a record is what was put last, or what was being put; never a
// part of it, whatever became of what was appended. That one was deleted may be
// forgotten.
func TestS11_RecordsOutlivePowerLoss(t *testing.T) {
	level, err := stage.LevelAsked()
	if err != nil {
		t.Fatal(err)
	}
	recorder, store, key, restore := recordStore(t)
	seed, text := ground.Seed(t), recordText
	const absent = ""
	values, ends := []string{absent}, []int{0} // after each deed, and where it ended in the log
	for n, value := range []string{text(1), text(2), absent, text(3), absent, text(4)} {
		if value == absent {
			err = store.Delete(key)
		} else {
			err = errors.Join(store.Put(key, []byte(value)), store.Append(key, []byte("1 line\n")), store.Append(key, []byte("2 line\n")))
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
		put := got[:bytes.IndexByte(got, '\n')+1]
		if !slices.Contains(may, string(put)) {
			t.Fatalf("OSSSYNC_SEED=%d: draw %d, after %d of %d events: record %.30q", seed, draw, n, log.Len(), got)
		}
	}
}

// What was appended and not synced is there, or lost, or zeros, or in part, each piece
// whatever became of the others; what was put before stays.
func TestL11_AppendedLinesMayBeLost(t *testing.T) {
	recorder, store, key, restore := recordStore(t)
	seed, put := ground.Seed(t), recordText(1)
	if err := store.Put(key, []byte(put)); err != nil {
		t.Fatal(err)
	}
	durable := recorder.Log().Len()
	lines := []string{strings.Repeat("a", 32), strings.Repeat("b", 32), strings.Repeat("c", 32)} // the first spans two sectors
	for _, line := range lines {
		if err := store.Append(key, []byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	restore()
	log := recorder.Log()
	seen := map[string]bool{}
	for draw := range 500 {
		random := rand.New(rand.NewPCG(seed, uint64(draw)))
		if err := log.Crash(durable+random.IntN(log.Len()-durable+1), random).Put(); err != nil {
			t.Fatal(err)
		}
		got, err := store.Get(key)
		after, whole := strings.CutPrefix(string(got), put)
		if err != nil || !whole || len(after) > len(strings.Join(lines, "")) {
			t.Fatalf("OSSSYNC_SEED=%d: draw %d: record %.30q, then %q, %v", seed, draw, got, after, err)
		}
		has := func(line string) bool { return strings.Contains(after, line) }
		seen["all"] = seen["all"] || after == strings.Join(lines, "")
		seen["none"] = seen["none"] || after == ""
		seen["later without earlier"] = seen["later without earlier"] || has(lines[2]) && !has(lines[1])
		seen["torn"] = seen["torn"] || has("a") && !has(lines[0])
	}
	for _, what := range []string{"all", "none", "later without earlier", "torn"} {
		if !seen[what] {
			t.Errorf("OSSSYNC_SEED=%d: never %s", seed, what)
		}
	}
}
