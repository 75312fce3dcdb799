//go:build unix

package localfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestOpenRoot(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenRoot(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenRoot(file); err == nil {
		t.Error("a file was opened as a root")
	}
	a, b := openRoot(t, dir), openRoot(t, dir)
	if a.Identity() == "" || a.Identity() != b.Identity() {
		t.Errorf("identities %q and %q of one directory", a.Identity(), b.Identity())
	}
	if other := openRoot(t, t.TempDir()); other.Identity() == a.Identity() {
		t.Errorf("identity %q of two directories", a.Identity())
	}
}

func TestL4_CheckSeesReplacedRoot(t *testing.T) {
	tests := []struct {
		name string
		do   func(dir string) error
		want error
	}{
		{"untouched", func(string) error { return nil }, nil},
		{"written to", func(dir string) error { return os.WriteFile(filepath.Join(dir, "x"), nil, 0o644) }, nil},
		{"moved", func(dir string) error { return os.Rename(dir, dir+".old") }, ErrRootReplaced},
		{"removed", os.Remove, ErrRootReplaced},
		{"replaced by a directory", func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.Mkdir(dir, 0o755))
		}, ErrRootReplaced},
		{"replaced by a file", func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.WriteFile(dir, nil, 0o644))
		}, ErrRootReplaced},
		{"replaced by a link to itself", func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".old"), os.Symlink(dir+".old", dir))
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "root")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			r := openRoot(t, dir)
			if err := tt.do(dir); err != nil {
				t.Fatal(err)
			}
			if err := r.Check(); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestLook(t *testing.T) {
	r := plant(t, "d/f", "l -> d/f", "up -> ../..")
	if st, err := r.Lstat("d/f"); err != nil || st.Size != 3 || st.Inode == 0 || st.CtimeNs == 0 {
		t.Errorf("%+v, %v", st, err)
	}
	if st, err := r.Lstat("l"); err != nil || st.Mode&fs.ModeSymlink == 0 {
		t.Errorf("link: %+v, %v", st, err)
	}
	file, _ := r.Lstat("d/f")
	if st, err := r.Stat("l"); err != nil || st != file {
		t.Errorf("followed link: %+v, %v; want %+v", st, err, file)
	}
	if st, err := r.Stat("up"); err == nil {
		t.Errorf("link that leaves: %+v", st)
	}
	if _, err := r.Lstat("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	var refused *PathError
	if _, err := r.Lstat("d/../d/f"); !errors.As(err, &refused) || refused.Problem != DotComponent {
		t.Errorf("dots: %v", err)
	}
}
