package ossserver

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
)

// DialContext returns a connection to the server that stays within the process:
// no port is opened. It fits into http.Transport; network and address are not
// looked at. After Close the error is net.ErrClosed.
func (s *Server) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return s.dialer.dial(ctx)
}

// dialer is an HTTP server and its listener, whose connections come from dial.
type dialer struct {
	server  *http.Server
	accept  chan net.Conn
	closing chan struct{}
	once    sync.Once
	serving sync.WaitGroup
}

func newDialer(handler http.Handler) *dialer {
	d := &dialer{
		server: &http.Server{
			Handler:  handler,
			ErrorLog: log.New(io.Discard, "", 0), // it tells of connections that clients broke off
		},
		accept:  make(chan net.Conn),
		closing: make(chan struct{}),
	}
	d.serving.Go(func() { d.server.Serve(d) })
	return d
}

func (d *dialer) dial(ctx context.Context) (net.Conn, error) {
	client, server := newPipe()
	select {
	case d.accept <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-d.closing:
		return nil, net.ErrClosed
	}
}

// close ends all connections at once.
func (d *dialer) close() {
	d.server.Close()
	d.Close() // Serve may not have begun, and then the server does not know its listener
	d.serving.Wait()
}

// Accept makes dialer a net.Listener.
func (d *dialer) Accept() (net.Conn, error) {
	select {
	case c := <-d.accept:
		return c, nil
	case <-d.closing:
		return nil, net.ErrClosed
	}
}

// Close makes dialer a net.Listener.
func (d *dialer) Close() error {
	d.once.Do(func() { close(d.closing) })
	return nil
}

// Addr makes dialer a net.Listener.
func (d *dialer) Addr() net.Addr { return pipeAddr{} }
