package ossserver

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slowReader gives a piece of a body at a time and waits before each.
type slowReader struct {
	body  []byte
	piece int
	wait  time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	if len(r.body) == 0 {
		return 0, io.EOF
	}
	<-time.After(r.wait)
	n := copy(p, r.body[:min(r.piece, len(r.body))])
	r.body = r.body[n:]
	return n, nil
}

// TestIdleUpload: a body that stalls is given up after idleLimit, and nothing of it
// stays; one that is slow is taken.
func TestIdleUpload(t *testing.T) {
	const path = "http://127.0.0.1/" + testBucket + "/k"
	for name, length := range map[string]int64{"small": 100, "large": 1 << 20, "of unknown length": -1} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, s *Server, client *http.Transport) {
				start := time.Now()
				body, end := io.Pipe()
				defer end.Close()
				go end.Write(make([]byte, min(uint64(length), 300_000)-1))
				r := newSignedRequest(t, "PUT", path, body)
				r.ContentLength = length
				resp, err := client.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(resp.Body)
				if took := time.Since(start); err != nil || resp.StatusCode != 400 || !strings.Contains(string(text), "<Code>RequestTimeout<") || took != idleLimit {
					t.Errorf("after %v: %s %s, %v", took, resp.Status, text, err)
				}
				if !resp.Close {
					t.Error("the connection is left open")
				}
				if files, err := os.ReadDir(s.store.content); err != nil || len(files) != 0 {
					t.Errorf("content %v, %v", files, err)
				}
			})
		})
	}
	inVirtualTime(t, func(t *testing.T, s *Server, client *http.Transport) {
		r := newSignedRequest(t, "PUT", path, &slowReader{body: make([]byte, 40), piece: 1, wait: idleLimit - time.Second})
		resp, err := client.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("a byte a minute: %s", resp.Status)
		}
	})
}

// TestIdleRefused: a body that nobody wants is not waited for any longer.
func TestIdleRefused(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, client *http.Transport) {
		start := time.Now()
		conn, err := s.DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "PUT /"+testBucket+"/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nthree")
		answer, err := io.ReadAll(conn)
		if took := time.Since(start); err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 403 ")) || took != lingerTime {
			t.Errorf("after %v: %.20q, %v", took, answer, err)
		}
	})
}

// TestIdleDownload: the connection of a client that takes nothing is closed after
// idleLimit, and nothing is kept for it; one that is slow is served.
func TestIdleDownload(t *testing.T) {
	const path = "/" + testBucket + "/k"
	inVirtualTime(t, func(t *testing.T, s *Server, client *http.Transport) {
		body := randomBytes(10 * pipeBuffer)
		exchange(t, client, "PUT", path, body)
		for name, wait := range map[string]time.Duration{"stalled": idleLimit + time.Second, "slow": idleLimit - time.Second} {
			resp, err := client.RoundTrip(newSignedRequest(t, "GET", "http://127.0.0.1"+path, nil))
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for err == nil {
				<-time.After(wait)
				_, err = io.CopyN(&got, resp.Body, pipeBuffer+1)
			}
			resp.Body.Close()
			if whole := err == io.EOF && bytes.Equal(got.Bytes(), body); whole != (name == "slow") {
				t.Errorf("%s: %d bytes, %v", name, got.Len(), err)
			}
			synctest.Wait()
			s.store.pinsMu.Lock()
			if len(s.store.pins) != 0 {
				t.Errorf("%s: the body is still open", name)
			}
			s.store.pinsMu.Unlock()
		}
	})
}

// TestIdleBetween: no limit holds between requests, nor for a request that the
// server is slow to answer.
func TestIdleBetween(t *testing.T) {
	slow := func(o *Options) {
		o.Hooks = &Hooks{Fault: func(r Request) *Fault {
			if r.Operation == PutObject {
				return &Fault{When: AfterCommit, Delay: 10 * idleLimit}
			}
			return nil
		}}
	}
	inVirtualTime(t, func(t *testing.T, s *Server, client *http.Transport) {
		dials := 0
		client.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dials++
			return s.DialContext(ctx, network, addr)
		}
		for _, size := range []int{100, inlineLimit + 1} {
			_, took := exchange(t, client, "PUT", "/"+testBucket+"/k", make([]byte, size))
			if took != 10*idleLimit {
				t.Errorf("put took %v", took)
			}
			<-time.After(10 * idleLimit)
			exchange(t, client, "GET", "/"+testBucket+"/k", nil)
		}
		if dials != 1 {
			t.Errorf("%d connections", dials)
		}
	}, slow)
}
