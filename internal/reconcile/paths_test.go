package reconcile

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// touch makes the plan of some paths and runs it.
func (w *world) touch(paths ...string) (p *Plan, report Report) {
	w.t.Helper()
	p, err := w.session().PreparePaths(ctx, w.mapping(), paths)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			w.t.Errorf("close: %v", err)
		}
	}()
	if err := p.Guard(plan.Allowances{}); err != nil {
		w.t.Fatal(err)
	}
	if report, err = p.Run(ctx, nil, nil); err != nil {
		w.t.Fatal(err)
	}
	return p, report
}

// asked are the operations of ours, without the keys.
func (w *world) asked() (operations []string) {
	for _, e := range w.journal.Exchanges() {
		operations = append(operations, string(e.Operation)+" "+strings.TrimPrefix(e.Key, testPrefix))
	}
	slices.Sort(operations)
	return operations
}

// TestPathsConverge changes trees at random and runs plans of the changed paths,
// some of them named by a folder above: then nothing is left for a plan of all but
// to delete, and no object was deleted.
func TestPathsConverge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		w := newWorld(rt, dir, "to", "prune: all\norder: [\"**\", \"*.txt\"]\nexclude: [\"b-c\"]", 1)
		defer w.close()
		w.write(drawTree(rt, "tree", 1))
		w.write(map[string]string{"keep": "something"})
		w.apply()
		for range rapid.IntRange(1, 3).Draw(rt, "rounds") {
			before := w.objects()
			files := w.files()
			changes := drawChanges(rt, "changes")
			maps.DeleteFunc(changes, func(path, content string) bool { return content == absent && !has(files, path) })
			w.write(changes)
			var paths []string
			for path := range changes {
				if above, _, nested := strings.Cut(path, "/"); nested && rapid.Bool().Draw(rt, "folder") {
					path = above
				}
				paths = append(paths, path)
			}
			slices.Sort(paths)
			w.journal.Reset()
			w.touch(slices.Compact(paths)...)
			for _, line := range w.asked() {
				if strings.HasPrefix(line, "List") || strings.HasPrefix(line, "Delete") {
					rt.Errorf("asked %q", line)
				}
			}
			for path := range before {
				if _, there := w.objects()[path]; !there {
					rt.Errorf("deleted %q", path)
				}
			}
		}
		w.preview(func(p *Plan) {
			for a, err := range p.Section.Rows() {
				if err != nil {
					rt.Fatal(err)
				}
				switch a.(type) {
				case *plan.DeleteRemote, *plan.Record: // the answer to an upload does not tell the object's time
				default:
					rt.Errorf("left to do: %s %q: %s", plan.Word(a), a.Where(), a.Why())
				}
			}
		})
	})
}

// TestD29_PathsAreNotLookedFor has a new file, a changed one, one that is as it was
// and one that is gone: only what the index has is looked at, and nothing is listed.
func TestD29_PathsAreNotLookedFor(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.now = func() time.Time { return time.Now().Add(time.Minute) } // by which no file was written a moment ago
	w.write(map[string]string{"dir/changed": "a", "dir/same": "b", "dir/gone": "c"})
	w.apply()
	w.write(map[string]string{"dir/changed": "aa", "dir/new": "n", "dir/gone": absent})
	w.journal.Reset()
	p, report := w.touch("dir")
	want := []string{"HeadObject dir/changed", "HeadObject dir/changed", "HeadObject dir/changed", "PutObject dir/changed", "PutObject dir/new"}
	if got := w.asked(); !slices.Equal(slices.Compact(got), slices.Compact(want)) {
		t.Errorf("asked %q", got)
	}
	if p.Gone != 1 || p.Unclear || !report.Complete() || report.Done != 2 {
		t.Errorf("gone %d, unclear %t, %+v", p.Gone, p.Unclear, report)
	}
	equal(t, "objects", map[string]string{"dir/changed": "aa", "dir/same": "b", "dir/new": "n", "dir/gone": "c"}, w.objects())
}

// TestPathsOfAnObjectThatIsNotKnown has an object that the index does not know where
// a file is new: it is left as it is, unless it has the same content.
func TestPathsOfAnObjectThatIsNotKnown(t *testing.T) {
	for content, want := range map[string]Report{"other": {Skipped: 1}, "a": {Done: 1}} {
		w := pushWorld(t, "")
		w.write(map[string]string{"x": "x"})
		w.apply()
		w.write(map[string]string{"new": "a"})
		w.put(map[string]string{"new": content})
		_, report := w.touch("new")
		if report.Skipped != want.Skipped || report.Done != want.Done || w.objects()["new"] != content {
			t.Errorf("object %q: %+v, now %q", content, report, w.objects()["new"])
		}
	}
}

func TestPathsNeedAnIndex(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	if _, err := w.session().PreparePaths(ctx, w.mapping(), []string{"a"}); !errors.Is(err, ErrWhole) {
		t.Errorf("without an index: %v", err)
	}
	pull := pullWorld(t, "")
	pull.put(map[string]string{"a": "a"})
	pull.apply()
	if _, err := pull.session().PreparePaths(ctx, pull.mapping(), []string{"a"}); !errors.Is(err, ErrWhole) {
		t.Errorf("of a pull: %v", err)
	}
}

// TestPathsThatAreInTheWay has names that a plan of all paths would not send either.
func TestPathsThatAreInTheWay(t *testing.T) {
	w := pushWorld(t, "exclude: [\"out/\"]\nrequire: [keep]")
	w.write(map[string]string{"keep": "k", "a/b": "1", "dir/x": "1"})
	w.apply()
	t.Run("D16 a link where a folder was", func(t *testing.T) {
		outside := t.TempDir()
		if err := errors.Join(os.WriteFile(filepath.Join(outside, "x"), []byte("secret"), 0o600), os.RemoveAll(filepath.Join(w.tree, "dir")),
			os.Symlink(outside, filepath.Join(w.tree, "dir"))); err != nil {
			t.Fatal(err)
		}
		if p, report := w.touch("dir/x"); report.Done != 0 || p.Gone != 0 {
			t.Errorf("gone %d, %+v", p.Gone, report)
		}
	})
	t.Run("names that are passed over", func(t *testing.T) {
		w.write(map[string]string{".env": "s", "out/x": "x", ".osssync/x": "x"})
		if _, report := w.touch(".env", "out", "out/x", ".osssync", ".osssync/x"); report.Done+report.Failed != 0 {
			t.Errorf("%+v", report)
		}
	})
	t.Run("K6 file and directory of one name", func(t *testing.T) {
		w.write(map[string]string{"a/b": absent})
		if err := os.Remove(filepath.Join(w.tree, "a")); err != nil {
			t.Fatal(err)
		}
		w.write(map[string]string{"a": "file"})
		w.touch("a") // as a plan of all would send it
		w.write(map[string]string{"a": "other file"})
		if p, report := w.touch("a"); !p.Unclear || report.Done != 0 {
			t.Errorf("unclear %t, %+v", p.Unclear, report)
		}
	})
	t.Run("D9 a required file is not there", func(t *testing.T) {
		w.write(map[string]string{"keep": absent, "new": "n"})
		p, err := w.session().PreparePaths(ctx, w.mapping(), []string{"new"})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		var stopped *plan.GuardError
		if err := p.Guard(plan.Allowances{}); !errors.As(err, &stopped) {
			t.Errorf("guard: %v", err)
		}
	})
	equal(t, "objects", map[string]string{"keep": "k", "a/b": "1", "a": "file", "dir/x": "1"}, w.objects())
}

// TestD17_P16_PathsShowNothing renames a file to a name that is passed over, which a
// plan of some paths meets first: deletes wait as if it had not.
func TestD17_P16_PathsShowNothing(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"config": "content", "a": "a"})
	w.apply()
	if err := os.Rename(filepath.Join(w.tree, "config"), filepath.Join(w.tree, ".env.local")); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{".git/HEAD": "ref", "new": "n"})
	if p, report := w.touch(".env.local", ".git/HEAD", "config", "new"); report.Done != 1 || p.Gone != 1 {
		t.Errorf("gone %d, %+v", p.Gone, report)
	}
	if report, err := w.try(nil, nil); err != nil || report.Held != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{"config": "content", "a": "a", "new": "n"}, w.objects())
	w.journal.Reset()
	if p, report := w.touch(".env.local"); report.Done != 0 || p.Gone != 0 || len(w.asked()) > 0 {
		t.Errorf("gone %d, asked %q, %+v", p.Gone, w.asked(), report)
	}
	w.apply()
	equal(t, "objects", map[string]string{"a": "a", "new": "n"}, w.objects())
}

// TestPathsInPhases has a later phase whose files wait for the earlier one.
func TestPathsInPhases(t *testing.T) {
	w := pushWorld(t, "order: [\"**\", \"*.html\"]")
	w.write(map[string]string{"x": "x"})
	w.apply()
	w.write(map[string]string{"a.html": "1", "z.css": "1"})
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if strings.HasSuffix(r.Key, "z.css") {
			return &ossserver.Fault{Status: 400, Code: "InvalidArgument"}
		}
		return nil
	}, func() {
		if _, report := w.touch("a.html", "z.css"); report.Failed != 1 || report.Held != 1 {
			t.Errorf("%+v", report)
		}
	})
	if _, report := w.touch(""); report.Done != 2 {
		t.Errorf("%+v", report)
	}
}

// TestUpkeep has what others changed, and what is extra.
func TestUpkeep(t *testing.T) {
	for _, keep := range []bool{true, false} {
		w := pushWorld(t, "prune: all")
		w.now = func() time.Time { return time.Now().Add(time.Minute) } // by which no file was written a moment ago
		w.write(map[string]string{"a": "a", "b": "b", "c": "c"})
		w.apply()
		w.put(map[string]string{"a": "altered", "b": absent, "extra": "x"})
		w.write(map[string]string{"c": "new"})
		p, err := w.session().PrepareUpkeep(ctx, w.mapping(), Upkeep{KeepExtra: keep, KeepDrift: keep})
		if err != nil {
			t.Fatal(err)
		}
		if sum := &p.Section.Summary; p.Drift != 2 || keep && sum.Extra != 1 || !keep && sum.DeleteRemote.Objects != 1 {
			t.Errorf("keep %t: drift %d, %+v", keep, p.Drift, sum)
		}
		_, err = p.Run(ctx, nil, func(apply.Result) {})
		if err := errors.Join(err, p.Close()); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"a": "a", "b": "b", "c": "new"}
		if keep {
			want = map[string]string{"a": "altered", "extra": "x", "c": "new"}
		}
		equal(t, "objects", want, w.objects())
	}
}

// TestUpkeepOfAPull has a file that was edited here: its object is as it was.
func TestUpkeepOfAPull(t *testing.T) {
	w := pullWorld(t, "")
	w.put(map[string]string{"a": "a", "b": "b"})
	w.apply()
	w.write(map[string]string{"a": "edited"})
	w.put(map[string]string{"b": "new"})
	p, err := w.session().PrepareUpkeep(ctx, w.mapping(), Upkeep{KeepDrift: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(ctx, nil, nil); err != nil || p.Drift != 1 {
		t.Errorf("drift %d, %v", p.Drift, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	equal(t, "files", map[string]string{"a": "edited", "b": "new"}, w.files())
}
