package eyes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/watch"
)

// TestBodyThatNeverComes has clients announce bodies that they do not send: they are let
// go, and do not keep their places.
func TestBodyThatNeverComes(t *testing.T) {
	t.Parallel()
	address := served(t)
	for _, method := range []string{"GET", "POST"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "%s /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", method)
		conn.SetReadDeadline(time.Now().Add(headerPatience + 5*time.Second))
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Errorf("%s: held for %v: %v", method, headerPatience+5*time.Second, err)
		}
	}
}

// TestEventsOutliveTheRequest has a page listen for longer than a request may take.
func TestEventsOutliveTheRequest(t *testing.T) {
	t.Parallel()
	address := served(t)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
	conn.SetReadDeadline(time.Now().Add(headerPatience + 2*time.Second))
	_, err = io.Copy(io.Discard, conn)
	if timeout := net.Error(nil); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("it ended: %v", err)
	}
}

// served serves an empty board until the test ends, and returns where.
func served(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	s := newServer(t, watch.NewBoard(watch.Status{}), Options{})
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}
