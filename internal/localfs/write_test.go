//go:build unix

package localfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everything lists all names below the root, links with their targets.
func everything(t *testing.T, r *Root) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(r.path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == r.path {
			return err
		}
		line, _ := filepath.Rel(r.path, path)
		if target, err := os.Readlink(path); err == nil {
			line += " -> " + target
		}
		if d.IsDir() {
			line += "/"
		}
		all = append(all, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestL3_L14_MkdirParents(t *testing.T) {
	tests := []struct {
		name, path string
		want       Problem
		at         string
	}{
		{"in the root", "f", None, ""},
		{"there already", "d/e/f", None, ""},
		{"missing", "d/x/y/z", None, ""},
		{"L3 link inside the root", "in/x/y", Symlink, "in"},
		{"L3 link that leaves", "d/out/y", Symlink, "d/out"},
		{"L14 below a file", "d/f/g/h", NotDirectory, "d/f"},
		{"K1 dots", "d/../x", DotComponent, "d/../x"},
		{"K12 reserved", ".osssync/trash/x", Reserved, ".osssync/trash/x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := plant(t, "d/e/", "d/f", "in -> d", "d/out -> ../..")
			before := everything(t, r)
			err := r.MkdirParents(tt.path)
			if tt.want == None {
				if err != nil {
					t.Fatal(err)
				}
				if fi, err := os.Stat(filepath.Join(r.path, filepath.Dir(tt.path))); err != nil || !fi.IsDir() {
					t.Errorf("parent: %v, %v", fi, err)
				}
				return
			}
			var refused *PathError
			if !errors.As(err, &refused) || refused.Problem != tt.want || refused.Path != tt.at {
				t.Errorf("%v, want %q: %s", err, tt.at, tt.want)
			}
			if diff := cmp.Diff(before, everything(t, r)); diff != "" {
				t.Errorf("changed in spite of the refusal:\n%s", diff)
			}
		})
	}
}

func TestMkdirParentsAtOnce(t *testing.T) {
	r := plant(t)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			if err := r.MkdirParents("a/b/c/d/e/f"); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
}

func TestL5_CheckTarget(t *testing.T) {
	r := plant(t, "d/f", "d/g", "l -> d", "m -> d/f")
	st, err := r.Lstat("d/f")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		want       *Stat
		err        error // nil, ErrChanged, or any *PathError
	}{
		{"absent as expected", "d/x", nil, nil},
		{"absent with its parent", "x/y/z", nil, nil},
		{"the same", "d/f", &st, nil},
		{"there, expected absent", "d/f", nil, fs.ErrExist},
		{"there, expected absent: also changed", "d/f", nil, ErrChanged},
		{"absent, expected there", "d/x", &st, ErrChanged},
		{"absent with its parent, expected there", "x/y", &st, fs.ErrNotExist},
		{"another file", "d/g", &st, ErrChanged},
		{"a directory", "d", &st, ErrChanged},
		{"a directory, expected absent", "d", nil, ErrChanged},
		{"a link to the same", "m", &st, ErrChanged},
		{"a link, expected absent", "m", nil, ErrChanged},
		{"through a link", "l/f", &st, &PathError{"l", Symlink}},
		{"through a link, expected absent", "l/x", nil, &PathError{"l", Symlink}},
		{"through a file, expected absent", "d/f/x", nil, &PathError{"d/f", NotDirectory}},
		{"dots", "d/../d/f", &st, &PathError{"d/../d/f", DotComponent}},
	}
	for _, tt := range tests {
		err := r.CheckTarget(tt.path, tt.want)
		var want, got *PathError
		if errors.As(tt.err, &want) {
			if !errors.As(err, &got) || *got != *want {
				t.Errorf("%s: %v, want %v", tt.name, err, want)
			}
		} else if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
	}
}

func TestD26_Trash(t *testing.T) {
	r := plant(t, "a/b/c", "a/b/d", "e")
	for _, step := range []struct {
		path string
		want string
		left []string
	}{
		{"a/b/c", ".osssync/trash/run/a/b/c", []string{"a/", "a/b/", "a/b/d", "e"}},
		{"a/b/d", ".osssync/trash/run/a/b/d", []string{"e"}},
		{"e", ".osssync/trash/run/e", nil},
	} {
		st, err := r.Lstat(step.path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Trash(step.path, st, "run")
		if err != nil || got != step.want {
			t.Fatalf("%q, %v; want %q", got, err, step.want)
		}
		if content, err := os.ReadFile(filepath.Join(r.path, got)); err != nil || string(content) != step.path {
			t.Errorf("%q in the trash: %q, %v", got, content, err)
		}
		var left []string
		for _, name := range everything(t, r) {
			if !strings.HasPrefix(name, ReservedDir) {
				left = append(left, name)
			}
		}
		if diff := cmp.Diff(step.left, left); diff != "" {
			t.Errorf("after %q: -want +got:\n%s", step.path, diff)
		}
	}
	if fi, err := os.Stat(filepath.Join(r.path, ReservedDir)); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("mode of the trash: %v, %v", fi.Mode(), err)
	}
}

// A second file of one name and run does not push out the first.
func TestTrashKeepsAll(t *testing.T) {
	r := plant(t)
	for i, want := range []string{"f", "f.1", "f.2"} {
		if err := os.WriteFile(filepath.Join(r.path, "f"), []byte{byte(i)}, 0o644); err != nil {
			t.Fatal(err)
		}
		st, err := r.Lstat("f")
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Trash("f", st, "run")
		if err != nil || got != ".osssync/trash/run/"+want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
		if content, err := os.ReadFile(filepath.Join(r.path, got)); err != nil || content[0] != byte(i) {
			t.Errorf("%q: %v, %v", got, content, err)
		}
	}
}

func TestL3_TrashRefuses(t *testing.T) {
	tests := []struct {
		name, path, run string
		do              func(dir string) error
		want            error // ErrChanged, or any *PathError
	}{
		{"changed", "d/f", "run", func(dir string) error { return os.WriteFile(dir+"/d/f", []byte("new"), 0o644) }, ErrChanged},
		{"gone", "d/f", "run", func(dir string) error { return os.Remove(dir + "/d/f") }, ErrChanged},
		{"gone with its directory", "d/f", "run", func(dir string) error { return os.RemoveAll(dir + "/d") }, ErrChanged},
		{"now a directory", "d/f", "run", func(dir string) error {
			return errors.Join(os.Remove(dir+"/d/f"), os.Mkdir(dir+"/d/f", 0o755))
		}, ErrChanged},
		{"L3 through a link", "d/f", "run", func(dir string) error {
			return errors.Join(os.Rename(dir+"/d", dir+"/e"), os.Symlink("e", dir+"/d"))
		}, &PathError{"d", Symlink}},
		{"L3 trash is a link", "d/f", "run", func(dir string) error { return os.Symlink(".", dir+"/.osssync") }, &PathError{".osssync", Symlink}},
		{"dots in the run", "d/f", "..", func(string) error { return nil }, &PathError{"..", DotComponent}},
		{"dots in the path", "../f", "run", func(string) error { return nil }, &PathError{"../f", DotComponent}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := plant(t, "d/f")
			st, err := r.Lstat("d/f")
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.do(r.path); err != nil {
				t.Fatal(err)
			}
			before := everything(t, r)
			_, err = r.Trash(tt.path, st, tt.run)
			var want, got *PathError
			if errors.As(tt.want, &want) {
				if !errors.As(err, &got) || *got != *want {
					t.Errorf("%v, want %v", err, want)
				}
			} else if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if diff := cmp.Diff(before, everything(t, r)); diff != "" {
				t.Errorf("changed in spite of the refusal:\n%s", diff)
			}
		})
	}
}

// The window between the look and the move: what was moved by mistake is put
// back, or left where the error says.
func TestTrashPutsBack(t *testing.T) {
	swap := func(r *Root) error {
		file := filepath.Join(r.path, "f")
		return errors.Join(os.WriteFile(file+"2", []byte("precious"), 0o644), os.Rename(file+"2", file))
	}
	t.Run("file", func(t *testing.T) {
		r := plant(t, "f")
		st, _ := r.Lstat("f")
		r.beforeMove = func() {
			if err := swap(r); err != nil {
				t.Error(err)
			}
		}
		if _, err := r.Trash("f", st, "run"); !errors.Is(err, ErrChanged) {
			t.Errorf("%v, want ErrChanged", err)
		}
		if content, err := os.ReadFile(filepath.Join(r.path, "f")); string(content) != "precious" {
			t.Errorf("%q, %v", content, err)
		}
	})
	t.Run("directory", func(t *testing.T) {
		r := plant(t, "f")
		st, _ := r.Lstat("f")
		r.beforeMove = func() {
			file := filepath.Join(r.path, "f")
			if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o755)); err != nil {
				t.Error(err)
			}
		}
		_, err := r.Trash("f", st, "run")
		if !errors.Is(err, ErrChanged) || !strings.Contains(err.Error(), `".osssync/trash/run/f"`) {
			t.Errorf("%v, want ErrChanged and the place", err)
		}
	})
}
