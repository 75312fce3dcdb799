package disk

import (
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLstatInIsLstat compares what both tell of things of every kind that a test can
// make.
func TestLstatInIsLstat(t *testing.T) {
	r := newRig(t)
	dir, err := os.Open(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	makes := map[string]func(path string) error{
		"link": func(p string) error { return os.Symlink("nowhere", p) },
		"fifo": func(p string) error { return syscall.Mkfifo(p, 0o640) },
		"suid": func(p string) error { return os.WriteFile(p, nil, 0o600) },
		"sgid": func(p string) error { return os.Mkdir(p, 0o700) },
	}
	for name, make := range makes {
		if err := make(r.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{"suid": os.ModeSetuid | 0o751, "sgid": os.ModeSetgid | os.ModeSticky | 0o777} {
		if err := os.Chmod(r.path(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"f", "d", ".", "..", "../x", "d/../f", "no", "link", "fifo", "suid", "sgid", ""} {
		want, wantErr := r.root.Lstat(name)
		got, err := LstatIn(r.root, dir, name)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, want %v", name, err, wantErr)
			continue
		}
		if err != nil {
			continue
		}
		if got.Name() != want.Name() || got.Size() != want.Size() || got.Mode() != want.Mode() || !got.ModTime().Equal(want.ModTime()) || got.IsDir() != want.IsDir() {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
		if diff := cmp.Diff(want.Sys(), got.Sys()); diff != "" {
			t.Errorf("%q (-Lstat +LstatIn):\n%s", name, diff)
		}
	}
}
