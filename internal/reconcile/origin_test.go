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

			origin := w.session().origin(w.tree)
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
			if kept, err := os.ReadFile(keptIndex(filepath.Dir(w.stateFile(indexFile)), origin)); err != nil || !bytes.Equal(kept, before) {
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

// TestS8_StateComesHome uses one state on two machines in turn: each finds what it
// had put into the bucket, and nothing of what the other had.
func TestS8_StateComesHome(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	at := func(machine string) { t.Setenv(machineVariable, machine) }
	at("one")
	w.write(map[string]string{"a": "a", "of one": "1"})
	w.apply()
	at("two")
	w.write(map[string]string{"of one": absent, "of two": "2"})
	w.apply()
	equal(t, "objects at two", map[string]string{"a": "a", "of one": "1", "of two": "2"}, w.objects())

	at("one")
	before, err := os.ReadFile(w.stateFile(indexFile))
	if err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"of two": absent})
	if s := w.preview(func(p *Plan) {
		if len(p.Notices) != 0 {
			t.Errorf("notices %+v", p.Notices)
		}
	}); s.Deletes() != 1 || s.Extra != 1 {
		t.Errorf("%+v", s)
	}
	if after, err := os.ReadFile(w.stateFile(indexFile)); err != nil || !bytes.Equal(after, before) {
		t.Errorf("a preview touched the index (%v)", err)
	}
	w.apply()
	equal(t, "objects at one", map[string]string{"a": "a", "of two": "2"}, w.objects())

	at("two")
	w.apply()
	equal(t, "objects at two again", map[string]string{"a": "a"}, w.objects())

	// A run that is killed between its two renames leaves no index in its place.
	two := keptIndex(filepath.Dir(w.stateFile(indexFile)), w.session().origin(w.tree))
	if err := os.Rename(w.stateFile(indexFile), two); err != nil {
		t.Fatal(err)
	}
	at("one")
	w.write(map[string]string{"a": absent, "b": "b"})
	w.apply()
	equal(t, "objects at last", map[string]string{"b": "b"}, w.objects())
}

// TestS8_DamagedWhileAway has the index of this place lose its pages while the
// state was used elsewhere.
func TestS8_DamagedWhileAway(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	t.Setenv(machineVariable, "one")
	w.write(map[string]string{"a": "a", "gone": "g"})
	w.apply()
	kept := keptIndex(filepath.Dir(w.stateFile(indexFile)), w.session().origin(w.tree))
	t.Setenv(machineVariable, "two")
	w.apply()
	if err := os.WriteFile(kept, []byte("no index"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(machineVariable, "one")
	w.write(map[string]string{"gone": absent})
	w.apply()
	equal(t, "objects", map[string]string{"a": "a", "gone": "g"}, w.objects())
	w.settled()
}

// TestS13_StatesOfElsewhereAreBounded uses a state on ever new machines.
func TestS13_StatesOfElsewhereAreBounded(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	for i := range 3 * maxKept {
		t.Setenv(machineVariable, string(rune('a'+i)))
		w.apply()
	}
	kept, err := filepath.Glob(w.stateFile(keptPrefix + "*"))
	if err != nil || len(kept) != maxKept {
		t.Errorf("%q, %v", kept, err)
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
