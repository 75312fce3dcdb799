package watch_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/watch"
	"github.com/osssync/osssync/spec"
)

// A watch over a spec runs until its context ends; what it tells is on a board, and
// in the state folder for other processes.
func Example() {
	dir, err := os.MkdirTemp("", "watch-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, "tree"), 0o755); err != nil {
		fmt.Println(err)
		return
	}
	wish, err := spec.Parse(filepath.Join(dir, "osssync.yaml"), dir, []byte(`
version: 1
stores: {box: {embedded: box}}
mappings:
  - {name: site, local: tree, to: "oss://bucket/www/"}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	state := filepath.Join(dir, "state")
	board := watch.NewBoard(watch.Status{})
	changed, stop := board.Changes()
	defer stop()
	ctx, end := context.WithCancel(context.Background())
	defer end()
	go func() {
		for range changed {
			if s := board.Status(); len(s.Mappings) == 1 && s.Mappings[0].State == watch.InSync {
				end()
				return
			}
		}
	}()
	err = watch.Run(ctx, wish, watch.Options{
		StateDir: state, Board: board, Log: slog.New(slog.DiscardHandler),
		Open: func(ctx context.Context, wish *spec.Spec, names []string) (watch.Reconciler, error) {
			session, err := reconcile.Open(ctx, wish, names, reconcile.Options{StateDir: state})
			if err != nil {
				return nil, err
			}
			return watch.NewPasses(session, names, time.Now), nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, running, err := watch.Read(state, wish.Path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Mappings[0].Name, s.Mappings[0].State, running)
	// Output: site in-sync false
}
