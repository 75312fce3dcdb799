package localfs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestD18_Taken(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"f", "d/f", "d/Upper"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for path, want := range map[string]bool{
		"f": true, "d/f": true, "d/Upper": true, "d": false, "d/upper": false, "gone": false, "d/gone": false,
		"gone/f": false, "f/below": false, "a//b": false, "../f": false, "x\x00": false,
	} {
		if got, err := root.Taken(path); err != nil || got != want {
			t.Errorf("%q: %t, %v", path, got, err)
		}
	}
	if err := os.Symlink("f", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if got, err := root.Taken("link"); err != nil || !got {
		t.Errorf("link: %t, %v", got, err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "outside")); err != nil {
		t.Fatal(err)
	}
	if got, err := root.Taken("outside/f"); err == nil || got || !strings.Contains(err.Error(), `"outside/f"`) {
		t.Errorf("beyond a link out of the root: %t, %v", got, err)
	}
}
