//go:build failpoint

package powerloss

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/osssync/osssync/internal/chaos/ground"
	"github.com/osssync/osssync/internal/chaos/stage"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerVariable); dir != "" {
		if err := writeIndex(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// record makes the play of a scene, closed with the test.
func record(t *testing.T, dir string, scene stage.Scene, saved bool, skip func(folder bool) bool) *Play {
	t.Helper()
	dir = filepath.Join(dir, fmt.Sprintf("%s-%t", strings.ReplaceAll(scene.Name, " ", "-"), saved))
	p, err := Record(t.Context(), dir, scene, saved, skip)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// lose draws states of a play and runs each that it has not seen, until one is not
// put right.
func lose(t *testing.T, p *Play, seed uint64, draws int) (run int, err error) {
	seen := map[[sha256.Size]byte]bool{}
	for draw := range draws {
		random := rand.New(rand.NewPCG(seed, uint64(draw)))
		n := random.IntN(p.Log.Len() + 1)
		state := p.Log.Crash(n, random)
		if digest := state.Digest(); seen[digest] {
			continue
		} else {
			seen[digest] = true
		}
		if err := p.Run(t.Context(), state); err != nil {
			return len(seen), fmt.Errorf("draw %d, after %d of %d events: %w", draw, n, p.Log.Len(), err)
		}
	}
	return len(seen), nil
}

// After a power loss at any moment of an apply the next ones put everything right,
// and no file has a content that it never should have had.
func TestS1_L1_L11_PowerLoss(t *testing.T) {
	level, err := stage.LevelAsked()
	if err != nil {
		t.Fatal(err)
	}
	dir, seed := ground.Memory(t), ground.Seed(t)
	var plays []*Play // the gate is the process's: one after the other
	for _, scene := range stage.Scenes() {
		plays = append(plays, record(t, dir, scene, false, nil))
		if len(scene.First.Files)+len(scene.First.Objects) > 0 {
			plays = append(plays, record(t, dir, scene, true, nil))
		}
	}
	for _, p := range plays {
		t.Run(filepath.Base(p.Stage.Dir), func(t *testing.T) {
			t.Parallel()
			draws := level.PowerLosses / len(plays)
			run, err := lose(t, p, seed, draws)
			if err != nil {
				t.Fatalf("OSSSYNC_SEED=%d: %v", seed, err)
			}
			t.Logf("OSSSYNC_SEED=%d: %d states drawn, %d of them different and run", seed, draws, run)
		})
	}
}

// The harness finds what a sync is for.
func TestPowerLossFindsMissingSync(t *testing.T) {
	for name, skipped := range map[string]bool{"of file": false, "of folder": true} {
		t.Run(name, func(t *testing.T) {
			found := 0
			for _, scene := range stage.Scenes() {
				if scene.Push {
					continue
				}
				p := record(t, ground.Memory(t), scene, false, func(folder bool) bool { return folder == skipped })
				if _, err := lose(t, p, ground.Seed(t), 300); err != nil {
					t.Logf("%s: %v", scene.Name, err)
					found++
				}
			}
			if found == 0 {
				t.Error("nothing was wrong")
			}
		})
	}
}
