package eyes

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/osssync/osssync/internal/watch"
)

// Bounds of what the server takes on.
const (
	maxConnections = 64
	maxHeaderBytes = 16 << 10

	headerPatience = 5 * time.Second // for a request
	idlePatience   = 30 * time.Second
	writePatience  = 10 * time.Second // for one answer, or one event
	endPatience    = time.Second      // for answers under way at the end
)

// Board is what the server shows; a [watch.Board] is one.
type Board interface {
	Status() watch.Status
	Changes() (changed <-chan struct{}, stop func())
	Silent() string
}

// Options are what a server may be told. The zero value is right for a loopback
// address.
type Options struct {
	Version string           // of the program; default "unknown"
	Traffic *Traffic         // of the stores; nil: requests and throughput are not shown
	Public  bool             // requests may name any host: others reach the address, maybe by a proxy
	Now     func() time.Time // default time.Now
}

func (o Options) withDefaults() Options {
	if o.Version == "" {
		o.Version = "unknown"
	}
	if o.Traffic == nil {
		o.Traffic = &Traffic{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Server shows a board. It is safe for concurrent use.
type Server struct {
	opts    Options
	board   Board
	page    *page
	metrics http.Handler
	latest  snapshots
	viewers atomic.Int64 // of /events
}

// New returns a server of a board.
func New(board Board, opts Options) (*Server, error) {
	s := &Server{opts: opts.withDefaults(), board: board}
	var err error
	if s.page, err = newPage(); err != nil {
		return nil, err
	}
	if s.metrics, err = s.scraped(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler returns what answers the requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.show)
	mux.HandleFunc("GET /events", s.follow)
	mux.Handle("GET /metrics", s.metrics)
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	return s.guarded(mux)
}

// Serve answers at a listener until ctx ends, which is no error, and closes it. Pages
// are told of the end.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	var connections atomic.Int64
	server := &http.Server{
		Handler:        s.Handler(),
		BaseContext:    func(net.Listener) context.Context { return ctx },
		ReadTimeout:    headerPatience, // of a body too, which nobody wants
		WriteTimeout:   writePatience,
		IdleTimeout:    idlePatience,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       log.New(io.Discard, "", 0), // what clients get wrong is no trouble of a sync
		ConnState: func(c net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				if connections.Add(1) > maxConnections {
					c.Close()
				}
			case http.StateClosed:
				connections.Add(-1)
			}
		},
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), endPatience)
	defer cancel()
	if server.Shutdown(patience) != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
