package reconcile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

// TestD10_FileSystemThatIsNotMounted has an index that remembers a file system
// inside the tree. It is not there any more, and objects are below its place.
func TestD10_FileSystemThatIsNotMounted(t *testing.T) {
	w := pushWorld(t, "prune: all\ninclude: [\"a\", \"data/**\"]")
	w.write(map[string]string{"a": "a"})
	w.apply()
	x, err := index.Open(w.stateFile(indexFile), false)
	if err == nil {
		err = errors.Join(x.Write([]index.Change{{Path: "data/", Row: &plan.Base{Path: "data/", Mount: true}}}), x.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	w.settled() // nothing is below it: it is not forgotten for that
	w.apply()
	w.put(map[string]string{"data/x": "x"})

	p, err := w.session().Prepare(ctx, w.mapping(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var stopped *plan.GuardError
	if err := p.Guard(plan.Allowances{Deletes: 1}); !errors.As(err, &stopped) || stopped.Trips[0].Guard != "unmounted" {
		t.Errorf("%v", err)
	}
	if err := p.Guard(plan.Allowances{EmptySource: true}); err != nil {
		t.Error(err)
	}
	if _, err := p.Run(ctx, nil, nil); err != nil {
		t.Error(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	equal(t, "objects", map[string]string{"a": "a"}, w.objects())
	if row, ok := w.indexed()["data/"]; ok {
		t.Errorf("still remembered: %+v", row)
	}
}

// TestD10_MountedFileSystem mounts one, if this user may.
func TestD10_MountedFileSystem(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"a": "a", "data/b": "below"})
	w.put(map[string]string{"data/x": "x"})
	unmount := mount(t, filepath.Join(w.tree, "data"))
	report, err := w.try(nil, nil)
	if err != nil || report.Conflicts != 1 || report.Shielded != 1 || report.Done != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	unmount()
	if err := os.Remove(filepath.Join(w.tree, "data", "b")); err != nil {
		t.Fatal(err)
	}
	w.preview(func(p *Plan) {
		var stopped *plan.GuardError
		if err := p.Guard(plan.Allowances{Deletes: 1}); !errors.As(err, &stopped) {
			t.Errorf("%v", err)
		}
	})
	equal(t, "objects", map[string]string{"a": "a", "data/x": "x"}, w.objects())
}
