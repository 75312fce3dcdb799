package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/osssync/osssync/internal/eyes"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/watch"
	"github.com/osssync/osssync/spec"
)

// statusPage shows a watch over HTTP while it runs, if there is an address.
type statusPage struct {
	addr    string
	public  bool
	board   *watch.Board
	traffic eyes.Traffic
	log     *slog.Logger
	close   func() // nothing before it is open
}

func (f *watchFlags) statusPage(log *slog.Logger) *statusPage {
	return &statusPage{addr: f.StatusAddr, public: f.StatusPublic, board: watch.NewBoard(watch.Status{}), log: log, close: func() {}}
}

// open begins to serve until close, beyond the end of ctx; once open it does nothing.
func (p *statusPage) open(ctx context.Context, e *env) error {
	if p.addr == "" {
		return nil
	}
	listener, err := eyes.Listen(ctx, p.addr, p.public)
	if wrong, ok := errors.AsType[*eyes.AddressError](err); ok {
		return &usageError{err: fmt.Errorf("--status-addr: %w", err), hint: wrong.Hint}
	}
	if err != nil {
		return &serveError{err: fmt.Errorf("--status-addr %q: %w", p.addr, err), hint: "choose another --status-addr"}
	}
	server, err := eyes.New(p.board, eyes.Options{Version: versionText(), Traffic: &p.traffic, Public: p.public, Now: e.now})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	p.addr = "" // once
	p.log.Info("status page", "network", listener.Addr().Network(), "address", listener.Addr().String())
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(ctx, listener); err != nil {
			p.log.Error("status page", "error", err)
		}
	}()
	p.close = func() {
		end()
		<-ended
	}
	return nil
}

// counted opens a store whose requests are shown.
func (p *statusPage) counted(wish spec.Store, opts reconcile.StoreOptions) (*reconcile.Store, error) {
	opts.Counters = p.traffic.Store(wish.Name)
	return reconcile.OpenStore(wish, opts)
}
