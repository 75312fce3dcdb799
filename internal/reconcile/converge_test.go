package reconcile

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// Names whose order in a listing is not that of a walk, and such as need care in
// a URL. None is a folder of another.
var names = []string{
	"a", "a-b", "a.txt", "a b", "b/a", "b/a-b", "b/c/d", "b-c", "b0", "c+d", "c%2Fd", "é/ü", "z/z/z/z", "~", "(1)", "#?&=",
}

func drawTree(t *rapid.T, label string, atLeast int) map[string]string {
	tree := map[string]string{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), atLeast, -1, rapid.ID[string]).Draw(t, label) {
		tree[name] = drawContent(t, name)
	}
	return tree
}

// drawContent favours contents of equal size, which only checksums tell apart.
func drawContent(t *rapid.T, name string) string {
	return rapid.SampledFrom([]string{"", "one", "two", "six", "three", strings.Repeat("x", 3000), strings.Repeat("x", 2999) + "y"}).Draw(t, "content of "+name)
}

// drawChanges are writes and removals of some names.
func drawChanges(t *rapid.T, label string) map[string]string {
	changes := map[string]string{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 6, rapid.ID[string]).Draw(t, label) {
		changes[name] = absent
		if rapid.Bool().Draw(t, label+" writes "+name) {
			changes[name] = drawContent(t, name)
		}
	}
	return changes
}

// model is what has to be known to predict an apply: both sides, and who put the
// content of the target there.
type model struct {
	direction spec.Direction
	prune     spec.Prune
	source    map[string]string
	target    map[string]string
	owned     map[string]bool // the target's content came from an apply of ours
}

// apply makes the target what an apply makes of it.
func (m *model) apply() {
	for path, content := range m.source {
		if m.target[path] != content || !has(m.target, path) {
			m.target[path], m.owned[path] = content, true
		}
	}
	for path := range m.target {
		if !has(m.source, path) && (m.prune == spec.PruneAll || m.prune == spec.PruneManaged && m.owned[path]) {
			delete(m.target, path)
			delete(m.owned, path)
		}
	}
}

func has(m map[string]string, path string) bool { _, ok := m[path]; return ok }

// meddle lets somebody else write to the target: what is written there is not
// ours any more. Writing what is there already may show or not, so it is left out.
func (m *model) meddle(changes map[string]string) {
	maps.DeleteFunc(changes, func(path, content string) bool { return has(m.target, path) && m.target[path] == content })
	for path, content := range changes {
		if content == absent {
			delete(m.target, path)
		} else {
			m.target[path] = content
		}
		delete(m.owned, path)
	}
}

// side writes to the tree or to the bucket, leaving out removals of what is not
// there.
func (w *world) side(local bool, changes map[string]string) {
	w.t.Helper()
	changes = maps.Clone(changes)
	if !local {
		w.put(changes)
		return
	}
	there := w.files()
	maps.DeleteFunc(changes, func(path, content string) bool { return content == absent && !has(there, path) })
	w.write(changes)
}

// TestD7_D22_Convergence changes both sides at random between applies. Each apply has
// to do what a model of three maps says, to the letter, and to leave nothing due.
func TestD7_D22_Convergence(t *testing.T) {
	for _, direction := range []spec.Direction{spec.Push, spec.Pull} {
		for _, prune := range []spec.Prune{spec.PruneNever, spec.PruneManaged, spec.PruneAll} {
			t.Run(fmt.Sprint(direction, " ", prune), func(t *testing.T) {
				dir := t.TempDir()
				n := 0
				rapid.Check(t, func(t *rapid.T) {
					n++
					converge(t, filepath.Join(dir, fmt.Sprint(n)), direction, prune)
				})
			})
		}
	}
}

func converge(t *rapid.T, dir string, direction spec.Direction, prune spec.Prune) {
	field := map[spec.Direction]string{spec.Push: "to", spec.Pull: "from"}[direction]
	w := newWorld(t, dir, field, "prune: "+prune.String(), 1)
	defer w.close()
	push := direction == spec.Push
	m := &model{direction: direction, prune: prune, source: drawTree(t, "source", 1), target: drawTree(t, "target", 0), owned: map[string]bool{}}
	canary := map[string]string{"www": "canary", "www-/a": "canary", "www0": "canary", "other/a": "canary"}
	for key, content := range canary {
		w.putKey(key, content)
	}
	w.side(push, m.source)
	w.side(!push, m.target)
	for range rapid.IntRange(1, 3).Draw(t, "applies") {
		lost := rapid.IntRange(0, 4).Draw(t, "loses the state") == 0
		if lost {
			// D22: without memory nothing is ours, until it is written anew.
			if err := os.RemoveAll(w.state); err != nil {
				t.Fatal(err)
			}
			clear(m.owned)
		}
		m.apply()
		w.apply()
		got, kept := w.objects(), w.files()
		if !push {
			got, kept = kept, got
		}
		equal(t, "target", m.target, got)
		equal(t, "source", m.source, kept)
		w.settled()

		changes := drawChanges(t, "changes")
		if len(with(m.source, changes)) == 0 {
			continue // a guard of its own
		}
		m.source = with(m.source, changes)
		w.side(push, changes)
		meddling := drawChanges(t, "meddling")
		m.meddle(meddling)
		w.side(!push, meddling)
	}
	bucket := w.bucket()
	maps.DeleteFunc(bucket, func(key, _ string) bool { return strings.HasPrefix(key, testPrefix) })
	equal(t, "keys beside the prefix", canary, bucket)
}

// TestIdempotence applies twice: the second time not one request may change
// anything, and without state neither.
func TestIdempotence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "osssync")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		w := newWorld(t, dir, "to", "prune: all\nguard: {maxDeletes: 100, maxDeletePercent: 100}", 1)
		defer w.close()
		w.write(drawTree(t, "tree", 1))
		w.put(drawTree(t, "objects", 0))
		named := map[string]bool{}
		w.preview(func(p *Plan) {
			for _, row := range rows(t, p) {
				_, path, _ := strings.Cut(row, " ")
				named[testPrefix+path] = true
			}
		})
		w.journal.Reset()
		w.apply()
		for _, change := range w.writing() {
			if _, key, _ := strings.Cut(change, " "); !named[key] {
				t.Errorf("%s was not in the plan", change)
			}
		}
		for _, forget := range []bool{false, true} {
			if forget {
				if err := os.RemoveAll(w.state); err != nil {
					t.Fatal(err)
				}
			}
			w.journal.Reset()
			if report := w.apply(); report.Done != 0 || len(w.writing()) != 0 {
				t.Errorf("without state %v: %+v, %q", forget, report, w.writing())
			}
			if n := w.journal.Count(ossserver.HeadObject); n != 0 {
				t.Errorf("without state %v: %d HEADs", forget, n)
			}
		}
	})
}

// TestD23_ForeignObjects has the three prune policies side by side.
func TestD23_ForeignObjects(t *testing.T) {
	for _, c := range []struct {
		prune string
		want  []string // what is left of the objects
	}{
		{"never", []string{"edited", "foreign", "index.html", "ours"}},
		{"managed", []string{"edited", "foreign", "index.html"}},
		{"all", []string{"index.html"}},
	} {
		t.Run(c.prune, func(t *testing.T) {
			w := pushWorld(t, "prune: "+c.prune)
			w.put(map[string]string{"foreign": "somebody's"})
			w.write(map[string]string{"index.html": "i", "ours": "o", "edited": "e"})
			if c.prune == "all" {
				w.put(map[string]string{"foreign": absent})
			}
			w.apply()
			w.put(map[string]string{"edited": "somebody's edit", "foreign": "somebody's"})
			w.write(map[string]string{"ours": absent, "edited": absent})
			w.apply()
			if got := slices.Sorted(maps.Keys(w.objects())); !slices.Equal(got, c.want) {
				t.Errorf("left: %q, want %q", got, c.want)
			}
			if _, kept := w.indexed()["ours"]; kept != (c.prune == "never") {
				t.Errorf("the index has the row of what was deleted: %v", kept)
			}
			w.settled()
		})
	}
}

// D16: a path whose local side is not known shields its object, and what lies
// below it, whatever the policy.
func TestD16_WhatIsNoFileShieldsItsObject(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"a": "a", "link": "l", "dir/below": "b"})
	w.apply()
	w.write(map[string]string{"link": absent, "dir/below": absent})
	for _, name := range []string{"link", "dir"} {
		os.Remove(filepath.Join(w.tree, name))
		if err := os.Symlink("nowhere", filepath.Join(w.tree, name)); err != nil {
			t.Fatal(err)
		}
	}
	report, err := w.try(nil, nil)
	if err != nil || report.Complete() || report.Conflicts != 0 || report.Shielded != 1 || report.Done != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "bucket", map[string]string{"a": "a", "link": "l", "dir/below": "b"}, w.objects())
	w.preview(func(p *Plan) {
		if err := p.Guard(plan.Allowances{}); err != nil {
			t.Error(err)
		}
	})
}
