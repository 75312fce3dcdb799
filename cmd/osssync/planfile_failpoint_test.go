//go:build failpoint

package main

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/chaos/powerloss"
	"github.com/osssync/osssync/internal/disk"
)

// After a power loss a file that a plan was written to has the old plan or the new
// one, whole.
func TestL1_PlanFileOutlivesPowerLoss(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "site.plan")
	before, after := strings.Repeat("before", 1000), strings.Repeat("after", 1000)
	if err := os.WriteFile(name, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	recorder, err := powerloss.NewRecorder(dir)
	if err != nil {
		t.Fatal(err)
	}
	restore := disk.SetGate(recorder)
	err = replaceFile(name, func(w io.Writer) error {
		_, err := io.WriteString(w, after)
		return err
	})
	restore()
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	seen := map[string]bool{}
	for draw := range 200 {
		random := rand.New(rand.NewPCG(seed, uint64(draw)))
		if err := recorder.Log().Crash(random.IntN(recorder.Log().Len()+1), random).Put(); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(name)
		if err != nil || string(text) != before && string(text) != after {
			t.Fatalf("seed %d, draw %d: %.20q, %v", seed, draw, text, err)
		}
		seen[string(text)] = true
	}
	if len(seen) != 2 {
		t.Errorf("seed %d: %d contents seen, want both", seed, len(seen))
	}
}
