package ground

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

func TestSeed(t *testing.T) {
	t.Setenv("OSSSYNC_SEED", "42")
	if seed := Seed(t); seed != 42 {
		t.Errorf("seed %d", seed)
	}
	t.Setenv("OSSSYNC_SEED", "")
	if a, b := Seed(t), Seed(t); a == b {
		t.Errorf("%d twice", a)
	}
}

func TestMemory(t *testing.T) {
	var dir string
	t.Run("in use", func(t *testing.T) {
		dir = Memory(t)
		if err := os.WriteFile(dir+"/a", []byte("a"), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left: %v", dir, err)
	}
}
