package reconcile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/osssync/osssync/internal/ossserver"
)

// unfinished starts a pull of one file and looks for its temporary file while the
// object is on its way.
func (w *world) unfinished() (name string) {
	w.t.Helper()
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.GetObject {
			temps, err := filepath.Glob(filepath.Join(w.tree, ".osssync-tmp-*"))
			if err != nil || len(temps) != 1 {
				w.t.Errorf("%d temporary files, %v", len(temps), err)
				return nil
			}
			name = temps[0]
		}
		return nil
	}, func() { w.apply() })
	return name
}

// TestL17_KilledRunsLeaveNothing has what a killed run left go with the next one,
// however young it is: nobody else can be at it, for that has the lock. What bears
// the mark of nobody stays until it is old.
func TestL17_KilledRunsLeaveNothing(t *testing.T) {
	for name, c := range map[string]struct {
		second func(string) locker
		stays  bool
	}{
		"lock":                    {nil, false},
		"lock that means nothing": {func(string) locker { return granted{} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := pullWorld(t, "")
			w.put(map[string]string{"a": "a"})
			killed := w.unfinished()
			left := map[string]bool{ // name -> it is a killed run's
				killed: true,
				filepath.Join(w.tree, ".osssync-tmp-ZYXWVUTSRQPONMLKJIHGFEDCBA"): false,
				w.stateFile(filepath.Join(plansDir, "plan-1234567")):             runtime.GOOS != "windows",
				w.stateFile(filepath.Join(checkpointsDir, ".record-1234567")):    true,
			}
			for name := range left {
				if err := os.WriteFile(name, []byte("part"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			w.secondLock = c.second
			w.preview(nil)
			w.put(map[string]string{"b": "b"})
			w.apply()
			for name, dead := range left {
				_, err := os.Lstat(name)
				if stays := c.stays || !dead; stays && err != nil || !stays && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: %v, want it to stay: %t", filepath.Base(name), err, stays)
				}
			}
		})
	}
}

// Two runs, and two mappings, have different marks.
func TestTempMarksDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, lineage := range []string{"A", "B"} {
		for serial := range uint64(3) {
			seen[tempMark(lineage, serial)] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d marks of 6 runs", len(seen))
	}
}
