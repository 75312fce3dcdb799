package chaos

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// network carries connections within the process. It is the net.Listener of a
// server, and its dial method fits into a transport.
type network struct {
	accept  chan net.Conn
	closing chan struct{}
	once    sync.Once
}

func newNetwork() *network {
	return &network{accept: make(chan net.Conn), closing: make(chan struct{})}
}

func (n *network) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	reset := new(atomic.Bool)
	select {
	case n.accept <- &farEnd{far, reset}:
		return &nearEnd{near, reset}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.closing:
		return nil, net.ErrClosed
	}
}

// Accept makes network a net.Listener.
func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.accept:
		return c, nil
	case <-n.closing:
		return nil, net.ErrClosed
	}
}

// Close makes network a net.Listener.
func (n *network) Close() error {
	n.once.Do(func() { close(n.closing) })
	return nil
}

// Addr makes network a net.Listener.
func (n *network) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "memory" }
func (address) String() string  { return "memory" }

// farEnd is the server's end of a connection.
type farEnd struct {
	net.Conn
	reset *atomic.Bool
}

// abort closes the connection as a machine does that has crashed and is back.
func (c *farEnd) abort() {
	c.reset.Store(true)
	c.Close()
}

// nearEnd is the client's end.
type nearEnd struct {
	net.Conn
	reset *atomic.Bool
}

func (c *nearEnd) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF && c.reset.Load() {
		err = &net.OpError{Op: "read", Net: "memory", Err: syscall.ECONNRESET}
	}
	return n, err
}
