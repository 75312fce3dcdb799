package reconcile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
)

// TestD1_ListingFailsOnAPage has the objects on the pages that were read, and
// nothing of the others: whatever the policy, there is no plan.
func TestD1_ListingFailsOnAPage(t *testing.T) {
	last := manyPath(manyFolders*manyFiles - 1)
	for _, direction := range []string{"to", "from"} {
		for bad := 1; bad <= 3; bad++ {
			t.Run(fmt.Sprint(direction, " page ", bad), func(t *testing.T) {
				w := newWorld(t, t.TempDir(), direction, "prune: all", 1)
				defer w.close()
				w.write(map[string]string{manyPath(0): "", last: ""})
				pages := 0
				var err error
				w.during(func(r ossserver.Request) *ossserver.Fault {
					if r.Operation != ossserver.ListObjects {
						return nil
					}
					if pages++; pages == bad {
						return &ossserver.Fault{Status: 403, Code: "AccessDenied"}
					}
					return &ossserver.Fault{Status: 200, Body: manyPage(r.Query.Get("marker")), Header: map[string]string{"Content-Type": "application/xml"}}
				}, func() { _, err = w.try(nil, nil) })
				if fault.Of(err) != fault.Denied || !strings.Contains(err.Error(), fmt.Sprintf("page %d", bad)) {
					t.Errorf("%v", err)
				}
				if changes := w.writing(); len(changes) > 0 {
					t.Errorf("changed: %q", changes)
				}
				equal(t, "tree", map[string]string{manyPath(0): "", last: ""}, w.files())
			})
		}
	}
}

// TestD9_SourceThatIsNotThere takes the source away in every way there is.
func TestD9_SourceThatIsNotThere(t *testing.T) {
	objects := map[string]string{"a": "a", "d/b": "b"}
	for name, replace := range map[string]func(tree string) error{
		"missing":                    func(string) error { return nil },
		"empty":                      func(tree string) error { return os.Mkdir(tree, 0o755) },
		"a file":                     func(tree string) error { return os.WriteFile(tree, nil, 0o644) },
		"a link to an empty folder":  func(tree string) error { return os.Symlink(filepath.Dir(tree)+"/void", tree) },
		"a link to nothing":          func(tree string) error { return os.Symlink("nowhere", tree) },
		"full of files of somebody":  func(tree string) error { return (os.CopyFS(tree, os.DirFS(filepath.Dir(tree)+"/other"))) },
		"full of folders of nothing": func(tree string) error { return os.MkdirAll(filepath.Join(tree, "d", "e"), 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			w := pushWorld(t, "prune: all\nrequire: [a]")
			w.write(objects)
			w.apply()
			for folder, file := range map[string]string{"void": "", "other": "x"} {
				if err := os.Mkdir(filepath.Join(w.dir, folder), 0o755); err != nil {
					t.Fatal(err)
				}
				if file != "" {
					if err := os.WriteFile(filepath.Join(w.dir, folder, file), nil, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := errors.Join(os.RemoveAll(w.tree), replace(w.tree)); err != nil {
				t.Fatal(err)
			}
			w.journal.Reset()
			p, err := w.session().Prepare(ctx, w.mapping(), nil)
			if err == nil {
				err = errors.Join(p.Guard(plan.Allowances{EmptySource: true, Deletes: 9}), p.Close())
			}
			var stopped *plan.GuardError
			if err == nil || !errors.As(err, &stopped) && name != "a file" {
				t.Errorf("%v", err)
			}
			if changes := w.writing(); len(changes) > 0 {
				t.Errorf("changed: %q", changes)
			}
			equal(t, "objects", objects, w.objects())
		})
	}
}

func TestD24_ReservedNamesAreNobodysBusiness(t *testing.T) {
	for _, direction := range []string{"to", "from"} {
		t.Run(direction, func(t *testing.T) {
			w := newWorld(t, t.TempDir(), direction, "prune: all", 1)
			defer w.close()
			kept := map[string]string{"a": "a", ".osssync/trash/1/x": "x", "d/.OSSSYNC/y": "y"}
			w.put(kept)
			w.write(map[string]string{"a": "a", ".osssync/trash/2/z": "z"})
			report, err := w.try(nil, nil)
			if err != nil || report.Done+report.Failed+report.Skipped+report.Held > 0 || report.Conflicts == 0 {
				t.Errorf("%+v, %v", report, err)
			}
			equal(t, "objects", kept, w.objects())
			equal(t, "tree", map[string]string{"a": "a"}, w.files())
			if _, err := os.Stat(filepath.Join(w.tree, ".osssync/trash/2/z")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestD25_DirectoryMarkers(t *testing.T) {
	for _, direction := range []string{"to", "from"} {
		t.Run(direction, func(t *testing.T) {
			w := newWorld(t, t.TempDir(), direction, "prune: all", 1)
			defer w.close()
			objects := map[string]string{"": "", "a": "a", "empty/": "", "d/": "", "d/b": "b"}
			w.put(objects)
			w.write(map[string]string{"a": "a", "d/b": "b"})
			w.apply()
			w.settled()
			objects["full/"] = "content"
			w.put(objects)
			report, err := w.try(nil, nil)
			if err != nil || report.Conflicts != 1 || report.Done > 0 {
				t.Errorf("%+v, %v", report, err)
			}
			equal(t, "objects", objects, w.objects())
			equal(t, "tree", map[string]string{"a": "a", "d/b": "b"}, w.files())
		})
	}
}

// TestD28_KeysHaveSlashes runs on every system: a tree is the same whatever its
// system writes between two names.
func TestD28_KeysHaveSlashes(t *testing.T) {
	w := pushWorld(t, "prune: all\nguard: {maxDeletes: 0}")
	tree := map[string]string{"a": "1", "d/b": "2", "d/e/c": "3", "d-e": "4"}
	w.put(tree)
	w.write(tree)
	w.settled()
	w.write(map[string]string{"d/e/f": "5"})
	w.apply()
	equal(t, "objects", with(tree, map[string]string{"d/e/f": "5"}), w.objects())
}

// TestD29_NothingUnlistedIsLookedAt does all there is to do: a bucket that mirrors
// on a miss would make what is asked for.
func TestD29_NothingUnlistedIsLookedAt(t *testing.T) {
	for _, direction := range []string{"to", "from"} {
		t.Run(direction, func(t *testing.T) {
			w := newWorld(t, t.TempDir(), direction, pullFields, 1)
			defer w.close()
			there := map[string]string{"a": "1", "same": "2", "large": large}
			w.put(there)
			w.write(map[string]string{"same": "2", "a": "other", "new": "3", "new large": large + "x", "large": strings.ToUpper(large) + " "})
			w.apply()
			looks := 0
			for _, e := range w.journal.Exchanges() {
				switch e.Operation {
				case ossserver.HeadObject, ossserver.GetObject, ossserver.GetObjectMeta:
					looks++
					if _, ok := there[strings.TrimPrefix(e.Key, testPrefix)]; !ok {
						t.Errorf("%s of %q, which was in no listing", e.Operation, e.Key)
					}
				}
			}
			if looks == 0 {
				t.Error("nothing was looked at")
			}
			for _, e := range w.journal.Probes() {
				t.Errorf("%s of %q, which is not there", e.Operation, e.Key)
			}
			for _, e := range w.journal.Outside(testBucket, testPrefix) {
				t.Errorf("%s of %q beyond the prefix", e.Operation, e.Key)
			}
		})
	}
}

// TestD30_RefusedLooksAreNoAbsence refuses every look at one object, when planning
// and when deleting.
func TestD30_RefusedLooksAreNoAbsence(t *testing.T) {
	for _, answer := range []ossserver.Fault{{Status: 403, Code: "AccessDenied"}, {Status: 400, Code: "AuthorizationHeaderMalformed"}, {Status: 404, Code: "NoSuchBucket"}} {
		t.Run(answer.Code, func(t *testing.T) {
			w := pushWorld(t, "prune: all\ntransfer: {threshold: 100KiB, partSize: 100KiB}")
			w.write(map[string]string{"large": large, "gone": "g"})
			w.apply()
			before := w.objects()
			refuse := func(key string) func(ossserver.Request) *ossserver.Fault {
				return func(r ossserver.Request) *ossserver.Fault {
					if r.Operation == ossserver.HeadObject && r.Key == testPrefix+key {
						return &answer
					}
					return nil
				}
			}
			if err := os.RemoveAll(w.state); err != nil {
				t.Fatal(err)
			}
			w.journal.Reset()
			w.during(refuse("large"), func() {
				if _, err := w.try(nil, nil); err == nil || errors.Is(err, iter.ErrNotListing) {
					t.Errorf("planning: %v", err)
				}
			})
			w.write(map[string]string{"gone": absent})
			w.during(refuse("gone"), func() {
				if report, err := w.try(nil, nil); err == nil && report.Failed != 1 || report.Done > 0 {
					t.Errorf("deleting: %+v, %v", report, err)
				}
			})
			if changes := w.writing(); len(changes) > 0 {
				t.Errorf("changed: %q", changes)
			}
			if diff := cmp.Diff(before, w.objects()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestD8_DirectoryThatCannotBeRead keeps all that lies below it, while the rest of
// the tree goes up.
func TestD8_DirectoryThatCannotBeRead(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("permissions do not bind this user")
	}
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"a": "a", "private/b": "b", "private/c/d": "d"})
	w.apply()
	private := filepath.Join(w.tree, "private")
	if err := os.Chmod(private, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(private, 0o755)
	w.write(map[string]string{"new": "n"})
	report, err := w.try(nil, nil)
	if err != nil || report.Done != 1 || report.Conflicts != 1 || report.Shielded != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{"a": "a", "private/b": "b", "private/c/d": "d", "new": "n"}, w.objects())
}

// TestD13_EmptiedBucket pulls from a bucket that was full when it was pulled last.
func TestD13_EmptiedBucket(t *testing.T) {
	for _, prune := range []string{"managed", "all"} {
		w := pullWorld(t, "prune: "+prune)
		w.put(map[string]string{"a": "a"})
		w.apply()
		w.put(map[string]string{"a": absent})
		w.preview(func(p *Plan) {
			var stopped *plan.GuardError
			if err := p.Guard(plan.Allowances{Deletes: 1}); !errors.As(err, &stopped) || stopped.Trips[0].Guard != "empty-source" {
				t.Errorf("prune: %s: %v", prune, err)
			}
		})
	}
}
