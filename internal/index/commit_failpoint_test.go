//go:build failpoint

package index

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/plan"
)

// noCommit refuses the nth commit.
type noCommit int

func (n noCommit) Before(c disk.Call) error {
	if c.Op == commit && c.Nth == int(n) {
		return syscall.EIO
	}
	return nil
}

func (noCommit) After(disk.Call, error) {}

// A transaction that is not committed is rolled back, so that the next can begin.
func TestRefusedCommitIsRolledBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	x, err := Create(path, "here")
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	defer disk.SetGate(noCommit(2))()
	if err := x.Begin(); err != nil {
		t.Fatal(err)
	}
	if err := x.Write([]Change{{Path: "lost", Row: &plan.Base{Path: "lost"}}}); !errors.Is(err, syscall.EIO) {
		t.Errorf("error %v, want %v", err, syscall.EIO)
	}
	if err := x.Begin(); err != nil {
		t.Error(err)
	}
	for row, err := range x.Rows() {
		t.Errorf("%q, %v, want no row", row.Path, err)
	}
	if _, serial, err := x.Identity(); serial != 2 || err != nil {
		t.Errorf("serial %d, %v, want 2", serial, err)
	}
}
