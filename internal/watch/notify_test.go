package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

// TestW1_QueueOfTheSystem makes more files than the queue of the system holds while
// nobody listens.
func TestW1_QueueOfTheSystem(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the queue of inotify")
	}
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	if err != nil {
		t.Skip(err)
	}
	limit := 0
	if _, err := fmt.Sscan(string(text), &limit); err != nil || limit > 100_000 {
		t.Skipf("queue of %d events: %v", limit, err)
	}
	dir := t.TempDir()
	source := watched(t, dir)
	for i := range limit {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for e := range source.Events() {
		if e.Kind == Lost {
			return
		}
	}
}

// TestW1_FoldersThatMoveAndGo moves folders away and removes them: fsnotify finds the
// watch of a folder gone while we have it removed.
func TestW1_FoldersThatMoveAndGo(t *testing.T) {
	dir, away := t.TempDir(), t.TempDir()
	source := watched(t, dir)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for e := range source.Events() {
			if e.Path == "end" {
				return
			}
		}
	}()
	for i := range 1000 {
		from, to := filepath.Join(dir, fmt.Sprint(i)), filepath.Join(away, fmt.Sprint(i))
		for _, err := range []error{os.Mkdir(from, 0o700), os.Mkdir(filepath.Join(from, "sub"), 0o700), os.Rename(from, to), os.RemoveAll(to)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "end"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	<-ended
}

func TestW2_NoTreeCanBeWatched(t *testing.T) {
	if _, err := Notify(t.Context(), &spec.Mapping{Root: filepath.Join(t.TempDir(), "nosuch")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// watched watches a folder until the test ends.
func watched(t *testing.T, dir string) Source {
	t.Helper()
	s, err := Notify(t.Context(), &spec.Mapping{Root: dir, Exclude: []string{"out/", "*.tmp"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// until takes events until one covers path.
func until(t *testing.T, s Source, path string) {
	t.Helper()
	for e := range s.Events() {
		if e.Kind != Touched {
			t.Fatalf("%+v", e)
		}
		if e.Path == path || e.Folder && below(path, e.Path) {
			return
		}
	}
}

// TestW3_FolderFilledBeforeItIsWatched makes folders in folders and files in them
// at once, and then changes a file in the deepest.
func TestW3_FolderFilledBeforeItIsWatched(t *testing.T) {
	dir := t.TempDir()
	s := watched(t, dir)
	for i := range 50 {
		deep := fmt.Sprintf("d%d/e/f", i)
		err := os.MkdirAll(filepath.Join(dir, deep), 0o755)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, deep, "first"), nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		until(t, s, deep+"/first")
		if err := os.WriteFile(filepath.Join(dir, deep, "second"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		until(t, s, deep+"/second")
	}
}

// TestW3_FolderThatMoves renames a folder with folders in it: what changes in it is
// told of its new place.
func TestW3_FolderThatMoves(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "old/sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := watched(t, dir)
	if err := os.Rename(filepath.Join(dir, "old"), filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	until(t, s, "old")
	until(t, s, "new")
	for _, name := range []string{"new/sub/a", "new/b", "out/x", ".osssync-tmp-x", "x.tmp", ".osssync", "last"} {
		err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var told []string
	for !slices.Contains(told, "last") {
		if e := <-s.Events(); !slices.Contains(told, e.Path) {
			told = append(told, e.Path)
		}
	}
	for _, want := range []string{"new/sub/a", "new/b"} {
		if !slices.Contains(told, want) && !slices.Contains(told, parent(want)) {
			t.Errorf("told %q, not %q", told, want)
		}
	}
	for _, p := range told {
		if strings.HasPrefix(p, "old") || strings.Contains(p, "tmp") || strings.Contains(p, ".osssync") || strings.HasPrefix(p, "out/") {
			t.Errorf("told %q", p)
		}
	}
}

// TestFoldersThatArePassedOver has folders that passes do not look into, made before
// and after the watch begins.
func TestFoldersThatArePassedOver(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := watched(t, dir)
	if err := os.Mkdir(filepath.Join(dir, ".ssh"), 0o755); err != nil {
		t.Fatal(err)
	}
	until(t, s, ".ssh")
	for _, name := range []string{".git/index", ".ssh/known_hosts", "last"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for e := range s.Events() {
		if e.Path == "last" {
			return
		}
		if strings.Contains(e.Path, "/") {
			t.Errorf("told %q", e.Path)
		}
	}
}

func TestW5_RootIsRenamed(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	s := watched(t, root)
	if !s.Stands() {
		t.Error("does not stand")
	}
	if err := os.Rename(root, root+"-away"); err != nil {
		t.Fatal(err)
	}
	for e := range s.Events() {
		if e.Kind == Uprooted {
			break
		}
	}
	if err := os.Mkdir(root, 0o755); err != nil || s.Stands() {
		t.Errorf("another folder stands for it; %v", err)
	}
}
