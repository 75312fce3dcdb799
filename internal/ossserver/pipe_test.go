package ossserver

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestPipeCarries(t *testing.T) {
	a, b := newPipe()
	body := randomBytes(5*pipeBuffer + 3)
	go func() {
		for rest := body; len(rest) > 0; {
			n := min(len(rest), 10_007)
			a.Write(rest[:n])
			rest = rest[n:]
		}
		a.Close()
	}()
	got, err := io.ReadAll(b)
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := b.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a closed peer: %v", err)
	}
	b.Close()
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
	if _, err := b.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
}

func TestPipeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newPipe()
		defer a.Close()
		defer b.Close()
		start := time.Now()
		read := func() error { _, err := a.Read(make([]byte, 1)); return err }

		a.SetReadDeadline(start.Add(time.Minute))
		if err := read(); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("read: %v after %v", err, time.Since(start))
		}
		a.SetReadDeadline(start) // in the past
		if err := read(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("past: %v", err)
		}
		a.SetDeadline(time.Time{})
		go b.Write([]byte("x"))
		if err := read(); err != nil {
			t.Errorf("without deadline: %v", err)
		}
		a.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := a.Write(make([]byte, pipeBuffer+1))
		if !errors.Is(err, os.ErrDeadlineExceeded) || n != pipeBuffer {
			t.Errorf("write: %d bytes, %v", n, err)
		}
		// A deadline set while a read waits ends the wait.
		ended := make(chan error)
		go func() { ended <- read() }()
		synctest.Wait()
		a.SetReadDeadline(time.Now().Add(-time.Second))
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("deadline under a read: %v", err)
		}
	})
}
