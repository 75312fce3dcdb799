//go:build unix

package localfs

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestPreserve(t *testing.T) {
	for name, linkError := range map[string]error{"by a second name": nil, "by a move": errors.ErrUnsupported} {
		t.Run(name, func(t *testing.T) {
			r := plant(t, "a/f")
			if linkError != nil {
				r.link = func(string, string) error { return linkError }
			}
			saw, err := r.Lstat("a/f")
			if err != nil {
				t.Fatal(err)
			}
			place, err := r.Preserve("a/f", saw, "run")
			if err != nil || place != ".osssync/trash/run/a/f" {
				t.Fatalf("%q, %v", place, err)
			}
			// What takes the name now does not touch what was preserved.
			temp := filepath.Join(r.path, "temp")
			if err := errors.Join(os.WriteFile(temp, []byte("new"), 0o644), os.Rename(temp, filepath.Join(r.path, "a/f"))); err != nil {
				t.Fatal(err)
			}
			if content, err := os.ReadFile(filepath.Join(r.path, place)); err != nil || string(content) != "a/f" {
				t.Errorf("preserved: %q, %v", content, err)
			}
		})
	}
}

func TestPreserveRefuses(t *testing.T) {
	r := plant(t, "a/f")
	saw, err := r.Lstat("a/f")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.path, "a/f"), []byte("edited"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Preserve("a/f", saw, "run"); !errors.Is(err, ErrChanged) {
		t.Errorf("changed file: %v", err)
	}
	if _, err := r.Preserve("a/gone", saw, "run"); !errors.Is(err, ErrChanged) {
		t.Errorf("missing file: %v", err)
	}
	var refused *PathError
	if _, err := r.Preserve("../f", saw, "run"); !errors.As(err, &refused) {
		t.Errorf("path that leaves the root: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(r.path, ReservedDir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("trash was made for nothing: %v", err)
	}
}
