//go:build unix

package localfs

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestContent(t *testing.T) {
	r := plant(t, "d/f", "up -> ../../../etc/hostname")
	st, err := r.Lstat("d/f")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Content("d/f", st); err != nil || string(got) != "d/f" {
		t.Errorf("%q, %v", got, err)
	}
	var refused *PathError
	if _, err := r.Content("../f", st); !errors.As(err, &refused) {
		t.Errorf("dots: %v", err)
	}
	if _, err := r.Content("up", st); err == nil {
		t.Error("P9 link that leaves")
	}
	short := st
	short.Size++
	if _, err := r.Content("d/f", short); !errors.Is(err, ErrChanged) {
		t.Errorf("another file: %v", err)
	}
	r.afterRead = func() {
		if err := os.WriteFile(filepath.Join(r.path, "d/f"), []byte("new"), 0o644); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Content("d/f", st); !errors.Is(err, ErrChanged) {
		t.Errorf("changed while it was read: %v", err)
	}
}
