package reconcile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
)

// L17: what killed downloads left in the tree goes once it is nobody's.
func TestL17_LeftoversOfDownloadsGo(t *testing.T) {
	const (
		old   = ".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		fresh = ".osssync-tmp-ZYXWVUTSRQPONMLKJIHGFEDCBA"
		other = ".osssync-tmp-notes.txt" // looks like ours and is not
	)
	w := pullWorld(t, "")
	w.put(map[string]string{"dir/a.txt": "a"})
	w.apply()
	hours := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{old, fresh, other} {
		name = filepath.Join(w.tree, "dir", name)
		if err := os.WriteFile(name, []byte("part"), 0o600); err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) != fresh {
			if err := os.Chtimes(name, hours, hours); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.preview(nil)
	w.apply()
	for name, stays := range map[string]bool{old: false, fresh: true, other: true} {
		_, err := os.Lstat(filepath.Join(w.tree, "dir", name))
		if stays && err != nil || !stays && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want it to stay: %t", name, err, stays)
		}
	}
}

// A download that was broken off and is not due any more leaves neither its
// temporary file nor its checkpoint. While it is due both stay, however old.
func TestL17_WhatIsNotDueIsNotKept(t *testing.T) {
	for _, due := range []bool{true, false} {
		w := pullWorld(t, "transfer: {threshold: 100KiB, partSize: 100KiB, files: 1, parts: 1}")
		w.put(map[string]string{"large": large, "other": "o"})
		gets := 0
		w.during(func(r ossserver.Request) *ossserver.Fault {
			if r.Operation == ossserver.GetObject {
				if gets++; gets > 1 {
					return &ossserver.Fault{Status: 403, Code: "AccessDenied"}
				}
			}
			return nil
		}, func() { w.try(nil, nil) })
		if !due {
			w.put(map[string]string{"large": absent})
		}
		w.now = func() time.Time { return time.Now().Add(2 * time.Hour) }
		w.journal.Reset()
		w.apply()
		temps, err := filepath.Glob(filepath.Join(w.tree, ".osssync-tmp-*"))
		if err != nil || len(temps) > 0 {
			t.Errorf("due %t: %q, %v", due, temps, err)
		}
		records, err := os.ReadDir(w.stateFile(checkpointsDir))
		if err != nil || len(records) > 0 {
			t.Errorf("due %t: %d records, %v", due, len(records), err)
		}
		if n := w.journal.Count(ossserver.GetObject); due && n != 3 { // two of three ranges, and the other
			t.Errorf("%d GETs, one range of three was there", n)
		}
	}
}

// S13: a plan file whose process could not remove it goes after a while.
func TestS13_LeftoversOfPlansGo(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	w.apply()
	old, fresh := w.stateFile("plans/plan-1"), w.stateFile("plans/plan-2")
	hours := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, hours, hours); err != nil {
		t.Fatal(err)
	}
	w.secondLock = func(string) locker { return granted{} } // else the fresh one goes as well
	w.apply()
	if _, err := os.Lstat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := os.Lstat(fresh); err != nil {
		t.Errorf("the one that may be in use: %v", err)
	}
}
