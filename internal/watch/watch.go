package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/osssync/osssync/spec"
)

// maxSilence is how long the goroutine of a mapping may give no sign of life: it does
// every 30 seconds, also while a pass runs.
const maxSilence = 10 * time.Minute

// ErrSilent says that the goroutine of a mapping hangs. The process is to be ended,
// for nothing else can be done about it.
var ErrSilent = errors.New("no sign of life of a mapping")

// Options are what a watch needs besides the spec. StateDir, Open and Log are
// required.
type Options struct {
	StateDir string   // absolute; holds the status and the lock
	Mappings []string // names; empty: all that the spec enables
	Tool     string   // name and version for the status
	Open     Open
	Log      *slog.Logger

	Source     OpenSource                            // default Notify
	Reload     <-chan struct{}                       // asks for the spec to be read again; nil: nobody does
	Load       func(path string) (*spec.Spec, error) // default spec.Load
	Supervisor *Supervisor                           // nil: nobody listens
	Dropped    func() int64                          // lines of the log that were dropped; nil: unknown
	Board      *Board                                // shows the status; nil: the status file alone does
	Clock      func() Instant                        // default the clocks of the system
	Random     func() float64                        // 0 to 1; default a generator seeded at random
}

func (o Options) withDefaults() Options {
	if o.Source == nil {
		o.Source = Notify
	}
	if o.Load == nil {
		o.Load = spec.Load
	}
	if o.Dropped == nil {
		o.Dropped = func() int64 { return 0 }
	}
	if o.Board == nil {
		o.Board = NewBoard(Status{})
	}
	if o.Clock == nil {
		start := time.Now()
		o.Clock = func() Instant {
			now := time.Now()
			return Instant{Mono: now.Sub(start), Wall: now.UTC().Round(0)}
		}
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return o
}

// Run keeps the mappings of a spec in agreement until ctx ends, which is no error.
// It takes the lock of the watch; the error is a [*RunningError] if another has it.
// The mappings have their own goroutines, and trouble of one is none of the others:
// only that no store can be opened at the start, or [ErrSilent], ends them all.
func Run(ctx context.Context, wish *spec.Spec, opts Options) error {
	opts = opts.withDefaults()
	dir := Dir(opts.StateDir, wish.Path)
	release, err := acquire(ctx, dir, wish.Path)
	if err != nil {
		return err
	}
	w := &watcher{Options: opts, dir: dir}
	w.Board.listen(w.silent)
	return errors.Join(w.run(ctx, wish), release())
}

// watcher is a running watch.
type watcher struct {
	Options
	dir   string
	beats sync.Map // mapping: *atomic.Int64, the time of its last sign of life in ns of Instant.Mono
}

// names returns the mappings that are kept of a spec.
func (w *watcher) names(wish *spec.Spec) ([]string, error) {
	var names []string
	for i := range wish.Mappings {
		if m := &wish.Mappings[i]; slices.Contains(w.Mappings, m.Name) || len(w.Mappings) == 0 && m.Watch.Enabled {
			names = append(names, m.Name)
		}
	}
	for _, name := range w.Mappings {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("mapping %q is not in %s", name, wish.Path)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no mapping of %s is to be watched", wish.Path)
	}
	return names, nil
}

func (w *watcher) run(ctx context.Context, wish *spec.Spec) error {
	names, err := w.names(wish)
	if err != nil {
		return err
	}
	w.present(wish)
	w.show(wish, names)
	w.save()
	hide, err := take(ctx, filepath.Join(w.dir, shownLock))
	if err != nil {
		return err
	}
	return errors.Join(w.keep(ctx, wish), hide())
}

// keep keeps the mappings of a spec, and those of its later editions, until ctx ends.
func (w *watcher) keep(ctx context.Context, wish *spec.Spec) error {
	g, err := w.begin(ctx, wish)
	if err != nil {
		return w.unlessEnded(ctx, err)
	}
	w.Log.Info("watching", "spec", wish.Path, "mappings", len(g.names))
	w.Supervisor.tell("READY=1", w.headline())
	side, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	editions := make(chan edition)
	file := specFile{path: wish.Path, load: w.Load, events: func() (<-chan struct{}, func()) { return nearby(wish.Path) }}
	file.changed()
	beside.Go(func() { file.follow(side, w.Reload, editions) })
	beside.Go(func() { w.keepStatus(side) })
	ticks, stopTicks := w.Supervisor.ticks()
	defer stopTicks()
	silence := time.NewTicker(maxSilence / 2)
	defer silence.Stop()
	for {
		select {
		case <-ctx.Done():
			w.Supervisor.tell("STOPPING=1")
			err := g.end()
			stop()
			beside.Wait()
			w.ended()
			return err
		case e := <-editions:
			if g, err = w.renew(ctx, g, e); err != nil {
				return w.unlessEnded(ctx, err)
			}
		case <-ticks:
			if w.Board.Silent() == "" {
				w.Supervisor.tell("WATCHDOG=1")
			}
		case <-silence.C:
			if name := w.silent(maxSilence); name != "" {
				return fmt.Errorf("mapping %q: %w", name, ErrSilent)
			}
		}
	}
}

// unlessEnded returns err, but not if stores were only broken off while they opened.
func (w *watcher) unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	w.ended()
	return nil
}

// ended has the status tell that the process ended in order.
func (w *watcher) ended() {
	w.Board.update(func(s *Status) { s.Ended = true })
	w.save()
}

func (w *watcher) headline() string {
	s := w.Board.Status()
	return headline(&s)
}

// heart returns how a mapping tells that it is alive. It is by now.
func (w *watcher) heart(name string) (beat func()) {
	last := &atomic.Int64{}
	beat = func() { last.Store(int64(w.Clock().Mono)) }
	beat()
	w.beats.Store(name, last)
	return beat
}

// silent returns a mapping that gave no sign of life for a time, or "".
func (w *watcher) silent(limit time.Duration) string {
	name := ""
	now := w.Clock().Mono
	w.beats.Range(func(key, value any) bool {
		if now-time.Duration(value.(*atomic.Int64).Load()) > limit {
			name = key.(string)
		}
		return true
	})
	return name
}

// present writes what the status tells of the process.
func (w *watcher) present(wish *spec.Spec) {
	host, _ := os.Hostname()
	now := w.Clock().Wall
	w.Board.update(func(s *Status) {
		s.Format, s.Tool, s.PID, s.Host, s.Spec, s.Reloaded = Format, w.Tool, os.Getpid(), host, wish.Path, now
		if s.Started.IsZero() {
			s.Started = now
		}
	})
}

// show has the status tell of the mappings of a spec. What is known of one stays
// when the spec is read again.
func (w *watcher) show(wish *spec.Spec, names []string) {
	now := w.Clock().Wall
	w.Board.update(func(s *Status) {
		old := s.Mappings
		s.Mappings = nil
		for _, name := range names {
			m, _ := wish.Mapping(name)
			row := MappingStatus{Name: name}
			if i := slices.IndexFunc(old, func(o MappingStatus) bool { return o.Name == name }); i >= 0 {
				row = old[i]
			}
			row.Direction, row.Local, row.Remote = m.Direction.String(), m.Root, m.URL()
			row.be(now, Starting, "", "")
			s.Mappings = append(s.Mappings, row)
		}
	})
}

// How often the status is written: at most once a second, and as a sign of life.
const statusPause = time.Second

// keepStatus writes the status until ctx ends.
func (w *watcher) keepStatus(ctx context.Context) {
	changed, stop := w.Board.Changes()
	defer stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-beat.C:
		}
		w.save()
		select {
		case <-ctx.Done():
			return
		case <-time.After(statusPause):
		}
	}
}

func (w *watcher) save() {
	now, dropped := w.Clock().Wall, w.Dropped()
	w.Board.touch(now, dropped)
	s := w.Board.Status()
	if err := write(w.dir, &s); err != nil {
		w.Log.Error("status file", "error", oneLine(err))
	}
}
