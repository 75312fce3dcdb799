package watch

import (
	"context"
	"sync"

	"github.com/osssync/osssync/spec"
)

// generation is the mappings of one edition of the spec while they are kept.
type generation struct {
	wish    *spec.Spec
	names   []string
	passes  Reconciler
	cancel  context.CancelFunc
	keepers sync.WaitGroup
}

// begin opens the stores of a spec and begins to keep its mappings.
func (w *watcher) begin(ctx context.Context, wish *spec.Spec) (*generation, error) {
	names, err := w.names(wish)
	if err != nil {
		return nil, err
	}
	passes, err := w.Open(ctx, wish, names)
	if err != nil {
		return nil, err
	}
	g := &generation{wish: wish, names: names, passes: passes}
	ctx, g.cancel = context.WithCancel(ctx)
	w.present(wish)
	w.show(wish, names)
	w.beats.Clear()
	for _, name := range names {
		m, _ := wish.Mapping(name)
		k := &keeper{
			mapping: m, passes: passes, board: w.Board, log: w.Log.With("mapping", name), clock: w.Clock,
			beat:     w.heart(name),
			schedule: NewSchedule(w.Clock(), m.Watch.Settle, m.Watch.Rescan, w.Random),
		}
		if m.Direction == spec.Push {
			k.open = w.Source
		}
		g.keepers.Go(func() { k.run(ctx) })
	}
	return g, nil
}

// end breaks off what is under way, all of it resumable, and closes the stores.
func (g *generation) end() error {
	g.cancel()
	g.keepers.Wait()
	return g.passes.Close()
}

// renew goes on with another edition of the spec. One that cannot be used is shown,
// and the one before is kept.
func (w *watcher) renew(ctx context.Context, g *generation, e edition) (*generation, error) {
	err := e.err
	if err == nil {
		_, err = w.names(e.spec)
	}
	if err != nil {
		w.refuse(err)
		return g, nil
	}
	if e.spec.Digest == g.wish.Digest && !e.forced {
		w.Board.update(func(s *Status) { s.SpecError = "" })
		return g, nil
	}
	w.Supervisor.tell("RELOADING=1")
	// An embedded store has one user at a time, so the old stores are closed first.
	if err := g.end(); err != nil {
		w.Log.Warn("end of the old spec", "error", oneLine(err))
	}
	next, err := w.begin(ctx, e.spec)
	if err != nil && ctx.Err() == nil {
		w.refuse(err)
		if next, err = w.begin(ctx, g.wish); err != nil {
			return nil, err
		}
	} else if err == nil {
		w.Board.update(func(s *Status) { s.SpecError = "" })
		w.Log.Info("spec in use", "spec", e.spec.Path, "mappings", len(next.names))
	}
	w.Supervisor.tell("READY=1", w.headline())
	return next, err
}

func (w *watcher) refuse(err error) {
	w.Log.Error("spec not in use, the one before is kept", "error", oneLine(err))
	w.Board.update(func(s *Status) { s.SpecError = visible(err.Error()) })
	w.Supervisor.tell(w.headline())
}
