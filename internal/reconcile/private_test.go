package reconcile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestX4_ExposedStateFolders(t *testing.T) {
	if !hasModes {
		t.Skip("permissions are others here")
	}
	for _, row := range []struct {
		name   string
		by     owner
		shared bool
		mode   fs.FileMode
		want   string
	}{
		{"own", ownerUser, false, 0o700, ""},
		{"own, readable by all", ownerUser, true, 0o755, ""},
		{"own, writable by the group", ownerUser, true, 0o775, ""},
		{"own, writable by all", ownerUser, true, 0o777, "every user"},
		{"root's, for all, as /tmp", ownerRoot, true, 0o777 | fs.ModeSticky, ""},
		{"root's, above ours", ownerRoot, true, 0o755, ""},
		{"root's, in place of ours", ownerRoot, false, 0o755, "another user"},
		{"another user's", ownerOther, true, 0o755, "another user"},
		{"another user's, in place of ours", ownerOther, false, 0o700, "another user"},
	} {
		if got := exposed(row.by, row.shared, row.mode); (got == "") != (row.want == "") || !strings.Contains(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestX4_X5_StateIsPrivate(t *testing.T) {
	if !hasModes {
		t.Skip("permissions are others here")
	}
	t.Setenv("TMPDIR", t.TempDir())
	w := pushWorld(t, "transfer: {threshold: 1KiB, partSize: 100KiB}")
	w.write(map[string]string{"a": "a", "large": strings.Repeat("x", 300<<10)})
	w.apply()
	err := filepath.WalkDir(w.state, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if shared, err := os.ReadDir(os.TempDir()); err != nil || len(shared) > 0 {
		t.Errorf("left in the shared folder for temporary files: %v, %v", shared, err)
	}

	if err := os.Chmod(w.state, 0o777); err != nil {
		t.Fatal(err)
	}
	var setup *SetupError
	if _, err := w.try(nil, nil); !errors.As(err, &setup) || !strings.Contains(setup.Fact, "every user") {
		t.Errorf("state that everybody may write: %v", err)
	}
	if err := os.Chmod(w.state, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Chown(w.state, 12345, -1) != nil {
		return // only root can give things away
	}
	if _, err := w.try(nil, nil); !errors.As(err, &setup) || !strings.Contains(setup.Fact, "another user") {
		t.Errorf("state of another user: %v", err)
	}
}
