package reconcile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/internal/ossserver"
)

// TestFileBecomesFolder has a name that was a file and becomes a folder, and the
// other way round: the new content goes up before the old one is deleted.
func TestFileBecomesFolder(t *testing.T) {
	for _, prune := range []string{"managed", "all"} {
		t.Run(prune, func(t *testing.T) {
			w := pushWorld(t, "prune: "+prune)
			w.write(map[string]string{"a": "a", "a-": "between", "d/b": "b"})
			w.apply()
			if err := errors.Join(os.Remove(filepath.Join(w.tree, "a")), os.RemoveAll(filepath.Join(w.tree, "d"))); err != nil {
				t.Fatal(err)
			}
			w.write(map[string]string{"a/b": "b", "d": "d"})
			w.apply()
			equal(t, "objects", map[string]string{"a/b": "b", "a-": "between", "d": "d"}, w.objects())
			w.settled()
		})
	}
}

// TestFollowedLinks pushes what symbolic links inside the tree lead to.
func TestFollowedLinks(t *testing.T) {
	w := pushWorld(t, "symlinks: follow\nprune: all")
	w.write(map[string]string{"real": "one", "dir/file": "f"})
	for name, to := range map[string]string{"link": "real", "linked": "dir", "out": "/etc"} {
		if err := os.Symlink(to, filepath.Join(w.tree, name)); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"real": "one", "dir/file": "f", "link": "one", "linked/file": "f"}
	for range 2 {
		report, err := w.try(nil, nil)
		if err != nil || report.Conflicts != 1 || report.Skipped+report.Failed > 0 {
			t.Errorf("%+v, %v", report, err)
		}
		equal(t, "objects", want, w.objects())
	}
	if s := w.preview(nil); s.Changes() != 0 {
		t.Errorf("%+v", s)
	}
	w.write(map[string]string{"real": "two"})
	want["real"], want["link"] = "two", "two"
	if report, err := w.try(nil, nil); err != nil || report.Done != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", want, w.objects())
	if err := os.RemoveAll(w.state); err != nil {
		t.Fatal(err)
	}
	if s := w.preview(nil); s.Changes() != 0 || s.Conflicts != 1 {
		t.Errorf("without state: %+v", s)
	}
}

// TestD14_WhatIsExcludedIsLeftAlone excludes paths that both sides had.
func TestD14_WhatIsExcludedIsLeftAlone(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"a": "a", "b.map": "b", "dir/c": "c"})
	w.apply()
	w.edit("to", `prune: all
		exclude: ["*.map", "dir/"]`)
	w.write(map[string]string{"b.map": absent})
	w.settled()
	w.apply()
	equal(t, "objects", map[string]string{"a": "a", "b.map": "b", "dir/c": "c"}, w.objects())
}

// TestDownloadGoesOn breaks a download in ranges off and goes on with it.
func TestDownloadGoesOn(t *testing.T) {
	w := pullWorld(t, "transfer: {threshold: 100KiB, partSize: 100KiB, files: 1, parts: 1}")
	w.put(map[string]string{"large": large})
	gets := 0
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.GetObject {
			if gets++; gets > 2 {
				return &ossserver.Fault{Status: 403, Code: "AccessDenied"}
			}
		}
		return nil
	}, func() {
		if _, err := w.try(nil, nil); fault.Of(err) != fault.Denied {
			t.Fatalf("%v", err)
		}
	})
	if _, err := os.Lstat(filepath.Join(w.tree, "large")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a file is visible: %v", err)
	}
	w.journal.Reset()
	w.apply()
	if n := w.journal.Count(ossserver.GetObject); n != 1 {
		t.Errorf("%d ranges were fetched, 1 of 3 was missing", n)
	}
	equal(t, "files", map[string]string{"large": large}, w.files())
	w.settled()
}

// TestL4_RootReplacedWhilePlanning has another folder take the place of the tree
// while it is walked.
func TestL4_RootReplacedWhilePlanning(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"a": "a"})
	w.put(map[string]string{"b": "b"})
	var err error
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.ListMultipartUploads {
			if err := errors.Join(os.Rename(w.tree, w.tree+".old"), os.Mkdir(w.tree, 0o755)); err != nil {
				t.Error(err)
			}
		}
		return nil
	}, func() { _, err = w.try(nil, nil) })
	if !errors.Is(err, localfs.ErrRootReplaced) || fault.Of(err) != fault.Moved {
		t.Errorf("%v", err)
	}
	equal(t, "objects", map[string]string{"b": "b"}, w.objects())
}

// TestD15_RemoteKeysThatAreNoPaths pulls a bucket with keys that name no place in a
// tree, or one that is taken.
func TestD15_RemoteKeysThatAreNoPaths(t *testing.T) {
	w := pullWorld(t, "prune: all")
	w.put(map[string]string{
		"good": "g", "a//b": "x", "dir/": "", "full/": "content", "a": "file", "a/c": "below", ".osssync/plan": "x",
	})
	report, err := w.try(nil, nil)
	if err != nil || report.Done != 1 || report.Failed+report.Skipped > 0 || report.Complete() {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "files", map[string]string{"good": "g"}, w.files())
}
