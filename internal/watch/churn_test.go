package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// churn creates, edits, renames and removes files and folders at random.
func churn(t *testing.T, random *rand.Rand, tree string, steps int) {
	t.Helper()
	name := func() string {
		path := filepath.Join(tree, fmt.Sprintf("d%d", random.IntN(4)))
		if random.IntN(2) == 0 {
			path = filepath.Join(path, fmt.Sprintf("e%d", random.IntN(3)))
		}
		return path
	}
	for i := range steps {
		dir := name()
		file := filepath.Join(dir, fmt.Sprintf("f%d", random.IntN(20)))
		var err error
		switch random.IntN(10) {
		case 0:
			err = os.RemoveAll(dir)
		case 1:
			err = os.Rename(dir, name())
		case 2:
			err = os.Rename(file, filepath.Join(name(), fmt.Sprintf("f%d", random.IntN(20))))
		case 3:
			err = os.Remove(file)
		default:
			if err = os.MkdirAll(dir, 0o755); err == nil {
				err = os.WriteFile(file, fmt.Appendf(nil, "%d of %s", i, file), 0o644)
			}
		}
		// Much of it meets what is not there, or is there and not empty.
		if err != nil && !errors.As(err, new(*fs.PathError)) && !errors.As(err, new(*os.LinkError)) {
			t.Fatal(err)
		}
	}
}

// TestChurn changes a tree faster than it can be followed, in bursts, with the real
// source and real passes: some time after the last of it both sides agree.
func TestChurn(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	tree, state := filepath.Join(dir, "tree"), filepath.Join(dir, "state")
	if err := errors.Join(os.Mkdir(tree, 0o755), os.WriteFile(filepath.Join(tree, "stays"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	wish := parse(t, dir, ", prune: all, watch: {prune: true}, guard: {maxDeletePercent: 100}")
	site, _ := wish.Mapping("site")
	site.Watch.Settle, site.Watch.Rescan = 20*time.Millisecond, time.Second // shorter than a spec may say
	open := func(ctx context.Context, wish *spec.Spec, names []string) (Reconciler, error) {
		session, err := reconcile.Open(ctx, wish, names, reconcile.Options{StateDir: state, Now: later})
		if err != nil {
			return nil, err
		}
		return NewPasses(session, names, time.Now), nil
	}
	board := NewBoard(Status{})
	changed, stop := board.Changes()
	defer stop()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, wish, Options{StateDir: state, Board: board, Open: open, Log: slog.New(slog.DiscardHandler)})
	}()
	agreed := func(since time.Time) bool {
		s := board.Status()
		return len(s.Mappings) == 1 && s.Mappings[0].State == InSync && s.Mappings[0].LastPass.After(since)
	}
	for range 4 {
		churn(t, random, tree, 400)
		deadline := time.After(time.Minute)
		for since := time.Now().Add(site.Watch.Settle); !agreed(since); {
			select {
			case <-changed:
			case err := <-ended:
				t.Fatalf("ended: %v", err)
			case <-deadline:
				t.Fatalf("never agreed: %+v", board.Status())
			}
		}
	}
	end()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, wish, state)
	t.Logf("%+v", board.Status().Mappings[0].Counts)
}

// nothingLeft wants a plan of the mapping "site" to find nothing to do.
func nothingLeft(t *testing.T, wish *spec.Spec, state string) {
	t.Helper()
	site, _ := wish.Mapping("site")
	session, err := reconcile.Open(t.Context(), wish, []string{"site"}, reconcile.Options{StateDir: state})
	if err != nil {
		t.Fatal(err)
	}
	p, err := session.Preview(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	if sum := p.Section.Summary; sum.Changes() > 0 || sum.Incomplete() {
		t.Errorf("left to do: %+v", sum)
	}
	if err := errors.Join(p.Close(), session.Close()); err != nil {
		t.Error(err)
	}
}
