package reconcile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// save makes a plan and keeps it as a file, as plan --out does.
func (w *world) save() *plan.Section {
	w.t.Helper()
	var file bytes.Buffer
	if err := plan.WriteFileHeader(&file, "test", []string{"site"}); err != nil {
		w.t.Fatal(err)
	}
	w.preview(func(p *Plan) {
		if err := p.Section.CopyTo(&file); err != nil {
			w.t.Fatal(err)
		}
	})
	return w.load(file.Bytes())
}

func (w *world) load(file []byte) *plan.Section {
	w.t.Helper()
	read, err := plan.ReadFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		w.t.Fatal(err)
	}
	return read.Sections[0]
}

// TestC4_SavedPlans applies a saved plan after the world has moved, or not.
func TestC4_SavedPlans(t *testing.T) {
	for _, c := range []struct {
		name  string
		moves func(t *testing.T, w *world)
		stale string            // part of the error; "" if the plan is run
		want  map[string]string // objects
	}{
		{"nothing moved", func(*testing.T, *world) {}, "", map[string]string{"a": "A", "new": "n", "same": "s"}},
		{"a delete that became due is left for the next plan", func(_ *testing.T, w *world) {
			w.write(map[string]string{"same": absent})
		}, "", map[string]string{"a": "A", "new": "n", "same": "s"}},
		{"the spec was edited and nothing is due", func(_ *testing.T, w *world) {
			w.write(map[string]string{"a": "a", "gone": "g", "new": absent})
			w.edit("to", "prune: managed\nexclude: [x]")
		}, "the spec was edited", map[string]string{"a": "a", "gone": "g", "same": "s"}},
		{"the spec was edited after an apply", func(_ *testing.T, w *world) {
			w.apply()
			w.edit("to", "prune: managed\nexclude: [x]")
		}, "the spec was edited", map[string]string{"a": "A", "new": "n", "same": "s"}},
		{"nothing is due as planned", func(_ *testing.T, w *world) {
			w.write(map[string]string{"a": "a", "gone": "g", "new": absent})
		}, `"a"`, map[string]string{"a": "a", "gone": "g", "same": "s"}},
		{"a planned file was edited", func(_ *testing.T, w *world) {
			w.write(map[string]string{"a": "edit"})
		}, `"a"`, map[string]string{"a": "a", "gone": "g", "same": "s"}},
		{"a planned file is gone", func(_ *testing.T, w *world) {
			w.write(map[string]string{"new": absent})
		}, `"new"`, map[string]string{"a": "a", "gone": "g", "same": "s"}},
		{"a file to be deleted at the bucket is back", func(_ *testing.T, w *world) {
			w.write(map[string]string{"gone": "back"})
		}, `"gone"`, map[string]string{"a": "a", "gone": "g", "same": "s"}},
		{"an object to be replaced was replaced", func(_ *testing.T, w *world) {
			w.put(map[string]string{"a": "theirs"})
		}, `"a"`, map[string]string{"a": "theirs", "gone": "g", "same": "s"}},
		{"an object appeared", func(_ *testing.T, w *world) {
			w.put(map[string]string{"new": "theirs"})
		}, `"new"`, map[string]string{"a": "a", "gone": "g", "same": "s", "new": "theirs"}},
		{"an object to be deleted was replaced", func(_ *testing.T, w *world) {
			w.put(map[string]string{"gone": "theirs"})
		}, `"gone"`, map[string]string{"a": "a", "gone": "theirs", "same": "s"}},
		{"another apply", func(_ *testing.T, w *world) {
			w.write(map[string]string{"other": "o"})
			w.apply()
			w.write(map[string]string{"other": "again"})
		}, "an apply ran since", map[string]string{"a": "A", "new": "n", "same": "s", "other": "o"}},
		{"the spec was edited", func(_ *testing.T, w *world) {
			w.edit("to", "prune: managed\nexclude: [x]")
		}, "the spec was edited", map[string]string{"a": "a", "gone": "g", "same": "s"}},
		{"the state is lost", func(t *testing.T, w *world) {
			if err := os.RemoveAll(w.state); err != nil {
				t.Fatal(err)
			}
		}, "apply ran since", map[string]string{"a": "a", "gone": "g", "same": "s"}},
		{"another folder at the root", func(t *testing.T, w *world) {
			if err := os.Rename(w.tree, w.tree+".old"); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(w.tree, os.DirFS(w.tree+".old")); err != nil {
				t.Fatal(err)
			}
		}, "not the one it was made from", map[string]string{"a": "a", "gone": "g", "same": "s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := pushWorld(t, "prune: managed")
			w.write(map[string]string{"a": "a", "gone": "g", "same": "s"})
			w.apply()
			w.write(map[string]string{"a": "A", "gone": absent, "new": "n"})
			saved := w.save()
			c.moves(t, w)
			w.journal.Reset()
			report, err := w.try(saved, nil)
			var stale *plan.StaleError
			switch {
			case c.stale == "" && (err != nil || report.Done != 3):
				t.Errorf("%+v, %v", report, err)
			case c.stale != "" && (!errors.As(err, &stale) || !strings.Contains(err.Error(), c.stale)):
				t.Errorf("%v, want %q", err, c.stale)
			case c.stale != "" && len(w.writing()) > 0:
				t.Errorf("a stale plan did %q", w.writing())
			}
			equal(t, "objects", c.want, w.objects())
		})
	}
}

func TestC5_SavedPlanTwice(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{"a": "a", "b": "b"})
	saved := w.save()
	if report, err := w.try(saved, nil); err != nil || report.Done != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	w.journal.Reset()
	p, err := w.session().Prepare(ctx, w.mapping(), saved)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if !p.Converged {
		t.Error("not taken for converged")
	}
	if report, err := p.Run(ctx, nil, nil); err != nil || report.Done != 0 || len(w.writing()) != 0 {
		t.Errorf("%+v, %v, %q", report, err, w.writing())
	}
}

// Half of a rename is no plan to delete by: the file was elsewhere when the plan
// was made, and its object is the only one to have its content.
func TestD17_SavedPlanLacksContent(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{"a": "content", "same": "s"})
	w.apply()
	w.write(map[string]string{"a": absent})
	saved := w.save()
	w.write(map[string]string{"tree/b": "content"})
	report, err := w.try(saved, nil)
	if err != nil || report.Done != 0 || report.Held != 1 || report.Beyond != 1 || report.Complete() {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{"a": "content", "same": "s"}, w.objects())
	w.apply()
	equal(t, "objects", map[string]string{"same": "s", "tree/b": "content"}, w.objects())
}

// A saved plan is not taken for done because what it changes has become a
// conflict.
func TestC5_SavedPlanThatIsInTheWay(t *testing.T) {
	w := pullWorld(t, "")
	w.put(map[string]string{"a": "one"})
	saved := w.save()
	w.write(map[string]string{"a/b": "mine"})
	_, err := w.session().Prepare(ctx, w.mapping(), saved)
	if stale := (*plan.StaleError)(nil); !errors.As(err, &stale) {
		t.Errorf("%v", err)
	}
}

// TestC8_OldPlan is about the service's clock; what this machine takes for the time
// does not matter.
func TestC8_OldPlan(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	saved := w.save()
	made := saved.Header.Made
	saved.Header.Made = made.Add(-25 * time.Hour)
	w.now = func() time.Time { return made.Add(-25 * time.Hour) }
	w.maxPlanAge = 24 * time.Hour
	_, err := w.try(saved, nil)
	var stale *plan.StaleError
	if !errors.As(err, &stale) || !strings.Contains(err.Error(), "it was made at "+saved.Header.Made.Format(time.DateTime)) || len(w.writing()) > 0 {
		t.Fatalf("%v, %q", err, w.writing())
	}
	w.maxPlanAge = 26 * time.Hour
	if report, err := w.try(saved, nil); err != nil || report.Done != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	w.maxPlanAge = 24 * time.Hour
	if _, err := w.try(saved, nil); !errors.As(err, &stale) {
		t.Errorf("too old, and nothing is left to do: %v", err)
	}
}

// TestC6_EditedPlan makes, with the program's own writer, a plan file that says
// more than is due: nothing of it may be done.
func TestC6_EditedPlan(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{"a": "a", "keep": "k"})
	w.apply()
	w.write(map[string]string{"a": "A"})
	forge := func(add plan.Action) *plan.Section {
		var file, rows bytes.Buffer
		w.preview(func(p *Plan) {
			policy := plan.Policy{}
			draft := plan.NewDraft(&policy, &seeker{Buffer: &rows})
			proof := &plan.Proof{}
			for range plan.Align(plan.Sources{Local: none[plan.Local], Remote: none[plan.Remote]}, proof) {
				t.Fatal("something in nothing")
			}
			err := errors.Join(
				draft.Add(&plan.State{Path: add.Where()}, plan.Verdict{Class: plan.ClassChange, Action: add}),
				plan.WriteFileHeader(&file, "test", []string{"site"}),
				draft.Finish(&p.Section.Header, proof, &file))
			if err != nil {
				t.Fatal(err)
			}
		})
		return w.load(file.Bytes())
	}
	before := w.indexed()["keep"].Remote
	for name, add := range map[string]plan.Action{
		"a delete":              &plan.DeleteRemote{Path: "keep", Reason: plan.ReasonGoneOwned, Before: before},
		"a delete beside":       &plan.DeleteRemote{Path: "../secret", Reason: plan.ReasonGoneOwned, Before: before},
		"an upload":             &plan.Upload{Path: "keep", Reason: plan.ReasonNew, Headers: map[string]string{}},
		"headers":               &plan.SetMeta{Path: "keep", Reason: plan.ReasonHeadersDiffer, Remote: before, Headers: map[string]string{"X-Oss-Object-Acl": "public-read"}},
		"an upload of a secret": &plan.Upload{Path: "../../etc/passwd", Reason: plan.ReasonNew, Headers: map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			section := forge(add)
			w.journal.Reset()
			_, err := w.try(section, nil)
			if stale := (*plan.StaleError)(nil); !errors.As(err, &stale) || len(w.writing()) != 0 {
				t.Errorf("%v, %q", err, w.writing())
			}
		})
	}
	t.Run("an index row", func(t *testing.T) {
		// Rows of the index never come from a file: this one would make "keep" look
		// as if it were not there.
		section := forge(&plan.Forget{Path: "keep"})
		if report, err := w.try(section, nil); err != nil || report.Done != 0 {
			t.Errorf("%+v, %v", report, err)
		}
		if row, there := w.indexed()["keep"]; !there || !row.Owned {
			t.Errorf("%+v", row)
		}
	})
}

func none[T any](func(T, error) bool) {}

// TestSavedPlanOfAPull is made when the tree does not exist yet.
func TestSavedPlanOfAPull(t *testing.T) {
	w := pullWorld(t, "prune: managed")
	w.put(map[string]string{"a": "a", "d/b": "b"})
	if err := os.Remove(w.tree); err != nil {
		t.Fatal(err)
	}
	saved := w.save()
	if _, err := os.Lstat(w.tree); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a preview made the tree: %v", err)
	}
	if report, err := w.try(saved, nil); err != nil || report.Done != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "files", map[string]string{"a": "a", "d/b": "b"}, w.files())
	w.settled()
	w.put(map[string]string{"a": absent})
	w.apply()
	equal(t, "files", map[string]string{"d/b": "b"}, w.files())
	trash, err := filepath.Glob(filepath.Join(w.tree, ".osssync", "trash", "*", "a"))
	if err != nil || len(trash) != 1 {
		t.Errorf("trash %q, %v", trash, err)
	}
}

// TestHeaders changes what the spec says of headers: no content is sent.
func TestHeaders(t *testing.T) {
	w := pushWorld(t, `headers: [{match: "*.html", set: {Cache-Control: no-cache}}]`)
	w.write(map[string]string{"a.html": "<h1>", "b.txt": "b", "large.html": large})
	w.apply()
	w.edit("to", `headers: [{match: "*.html", set: {Cache-Control: no-store}}]`)
	before := w.bucket()
	w.preview(func(p *Plan) {
		changes := map[string]bool{}
		for _, row := range rows(t, p) {
			changes[row] = true
		}
		if p.Section.Summary.Changes() != 2 || !changes["set-meta a.html"] || !changes["set-meta large.html"] {
			t.Errorf("%q", rows(t, p))
		}
	})
	w.journal.Reset()
	w.apply()
	if n := w.journal.Count(ossserver.PutObject) + w.journal.Count(ossserver.UploadPart); n > 0 {
		t.Errorf("%d requests with content", n)
	}
	equal(t, "content", before, w.bucket())
	w.settled()
	if err := os.RemoveAll(w.state); err != nil {
		t.Fatal(err)
	}
	w.settled() // what headers an object has is not asked
	if got := w.headersOf("a.html").Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}

// TestBeyond counts what became due after a plan was saved.
func TestBeyond(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"planned": "p"})
	saved := w.save()
	w.write(map[string]string{"later": "l", "latest": "l"})
	p, err := w.session().Prepare(ctx, w.mapping(), saved)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Beyond != 2 || p.Section.Summary.Changes() != 1 {
		t.Errorf("%d changes, %d beyond the plan", p.Section.Summary.Changes(), p.Beyond)
	}
}

// TestPlanFilesHaveNoName looks at the state folder while a plan is in use: a
// process that is killed then leaves nothing.
func TestPlanFilesHaveNoName(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("open files have names there")
	}
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	w.preview(func(p *Plan) {
		left, err := os.ReadDir(filepath.Join(p.state, plansDir))
		if err != nil || len(left) != 0 {
			t.Errorf("%v, %v", left, err)
		}
		if got := rows(t, p); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}
