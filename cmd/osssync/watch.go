package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/watch"
	"github.com/osssync/osssync/spec"
)

type watchCmd struct {
	specFlag
	watchFlags
	Mapping   []string `placeholder:"NAME" help:"Only this mapping; may be repeated. Default: all but those with watch: {enabled: false}."`
	AllowRoot []string `placeholder:"DIR" sep:"none" help:"Refuse a mapping whose tree or embedded store is not in DIR; may be repeated. Default: anywhere."`
}

// watchFlags are what watch and apply --watch have in common beyond a plan's.
type watchFlags struct {
	LogFormat    string `enum:"text,json" default:"text" help:"Form of the log of watch on stderr: text or json."`
	StatusAddr   string `placeholder:"ADDR" help:"Show how the watch is doing at HOST:PORT or unix:PATH: a page, metrics for Prometheus, /healthz and /readyz. HOST is 127.0.0.1, [::1] or localhost. Default: nowhere."`
	StatusPublic bool   `help:"Let --status-addr be an address that others reach. They see names of files."`
}

func (*watchCmd) Help() string {
	return `Does what apply does, again and again: a push as soon as files change and have been quiet for a while, and
everything at the start and every watch.rescan. That it was started is the approval: it asks nothing. Guards hold.
It deletes only with watch: {prune: true}. The spec is read again when it changes, and on SIGHUP. osssync status
tells how it is doing.

Exit codes: 0 never; 1 failed; 6 another watch over the spec is running; 7 spec or command line wrong; 8 credentials;
11 local disk; 130, 143 ended by a signal: what was under way is resumable.`
}

func (c *watchCmd) run(ctx context.Context, e *env) error {
	wish, err := c.load()
	if err != nil {
		return err
	}
	allowed, err := absoluteRoots(c.AllowRoot)
	if err != nil {
		return err
	}
	for _, name := range c.Mapping {
		if _, ok := wish.Mapping(name); !ok {
			return &usageError{err: errors.Join(reconcile.ErrUnknownMapping, errors.New(name))}
		}
	}
	if c.StatusPublic && c.StatusAddr == "" {
		return &usageError{err: errors.New("--status-public without --status-addr")}
	}
	sink := watch.NewSink(e.stderr)
	defer sink.Close()
	supervisor, err := watch.NewSupervisor(e.getenv)
	if err != nil {
		return err
	}
	defer supervisor.Close()
	reload, stop := hangups()
	defer stop()
	e.begun.Store(true)
	log := c.logger(sink, e.Quiet)
	page := c.statusPage(log)
	defer func() { page.close() }()
	var passes *watch.Passes // of the edition in use
	err = watch.Run(ctx, wish, watch.Options{
		StateDir: e.StateDir, Mappings: c.Mapping, Tool: tool(), Log: log, Reload: reload,
		Load:       func(string) (*spec.Spec, error) { return c.load() }, // to which the policy holds as well
		Supervisor: supervisor, Dropped: sink.Dropped, Board: page.board,
		Open: func(ctx context.Context, wish *spec.Spec, names []string) (watch.Reconciler, error) {
			// Not sooner: another watch may have the address, and the lock says so.
			if err := page.open(ctx, e); err != nil {
				return nil, err
			}
			session, err := reconcile.Open(ctx, wish, names, reconcile.Options{
				StateDir: e.StateDir, Tool: tool(), Getenv: e.getenv, Now: e.now, AllowedRoots: allowed, OpenStore: page.counted,
			})
			if err != nil {
				return nil, err
			}
			passes = watch.NewPasses(session, names, e.now).After(passes)
			return passes, nil
		},
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// logger logs to w: with quiet what went well is left out.
func (f *watchFlags) logger(w io.Writer, quiet bool) *slog.Logger {
	options := &slog.HandlerOptions{}
	if quiet {
		options.Level = slog.LevelWarn
	}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// hangups tells of SIGHUP, with which a daemon is asked to read its spec again.
func hangups() (reload <-chan struct{}, stop func()) {
	signals, asked := make(chan os.Signal, 1), make(chan struct{})
	done := make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-signals:
			case <-done:
				return
			}
			select {
			case asked <- struct{}{}:
			case <-done:
				return
			}
		}
	}()
	return asked, func() {
		signal.Stop(signals)
		close(done)
	}
}
