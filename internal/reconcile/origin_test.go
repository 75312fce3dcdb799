package reconcile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestS8_StateOfElsewhere takes the state to another machine, and puts the tree on
// another disk: either is as if there were no state, so nothing counts as put into
// the bucket by this mapping, and nothing is deleted.
func TestS8_StateOfElsewhere(t *testing.T) {
	for name, move := range map[string]func(t *testing.T, w *world){
		"another machine": func(t *testing.T, _ *world) { t.Setenv(machineVariable, "two") },
		"another disk":    func(_ *testing.T, w *world) { w.fileSystem = func(string) string { return "two" } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(machineVariable, "one")
			w := pushWorld(t, "prune: managed")
			w.fileSystem = func(string) string { return "one" }
			w.write(map[string]string{"a": "a", "gone": "g"})
			w.apply()
			w.write(map[string]string{"gone": absent})
			if s := w.preview(nil); s.Deletes() != 1 {
				t.Fatalf("at home: %+v", s)
			}
			before, err := os.ReadFile(w.stateFile(indexFile))
			if err != nil {
				t.Fatal(err)
			}

			move(t, w)
			s := w.preview(func(p *Plan) {
				if len(p.Notices) != 1 || !strings.Contains(p.Notices[0].Hint, machineVariable) {
					t.Errorf("notices %+v", p.Notices)
				}
			})
			if s.Deletes() != 0 || s.Unchanged != 1 || s.Extra != 1 {
				t.Errorf("elsewhere: %+v", s)
			}
			if after, err := os.ReadFile(w.stateFile(indexFile)); err != nil || !bytes.Equal(after, before) {
				t.Errorf("a preview touched the index (%v)", err)
			}
			w.apply()
			equal(t, "objects", map[string]string{"a": "a", "gone": "g"}, w.objects())
			if rows := w.indexed(); len(rows) != 1 || rows["a"].Owned {
				t.Errorf("%+v", rows)
			}
			if kept, err := os.ReadFile(w.stateFile(indexFile + elsewhereSuffix)); err != nil || !bytes.Equal(kept, before) {
				t.Errorf("the index of elsewhere was not kept (%v)", err)
			}
			w.preview(func(p *Plan) {
				if len(p.Notices) != 0 {
					t.Errorf("notices again: %+v", p.Notices)
				}
			})
		})
	}
}

// TestS8_RolledBack puts back a state that is older than the bucket: what was
// written there since is not this mapping's to delete.
func TestS8_RolledBack(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{"same": "s", "written since": "old", "deleted since": "d"})
	w.apply()
	older := filepath.Join(w.dir, "older")
	if err := os.CopyFS(older, os.DirFS(w.state)); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"written since": "newer", "deleted since": absent, "new since": "n"})
	w.apply()
	if err := errors.Join(os.RemoveAll(w.state), os.Rename(older, w.state)); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"written since": absent, "new since": absent})
	w.apply()
	equal(t, "objects", map[string]string{"same": "s", "written since": "newer", "new since": "n"}, w.objects())
}

func TestMachine(t *testing.T) {
	unnamed := machine(func(string) string { return "" })
	if unnamed == "host " || !strings.Contains(unnamed, " ") || unnamed != machine(func(string) string { return "" }) {
		t.Errorf("%q", unnamed)
	}
	named := machine(func(name string) string { return map[string]string{machineVariable: "ci"}[name] })
	if named != "named ci" {
		t.Errorf("%q", named)
	}
}

func TestNearest(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir: dir, filepath.Join(dir, "a"): dir, filepath.Join(dir, "a", "b", "c"): dir, string(filepath.Separator): string(filepath.Separator),
	} {
		if got := nearest(path); got != want {
			t.Errorf("nearest(%q) = %q, want %q", path, got, want)
		}
	}
	if fileSystem(dir) != fileSystem(nearest(filepath.Join(dir, "none"))) {
		t.Error("the file system of a folder has two identities")
	}
}
