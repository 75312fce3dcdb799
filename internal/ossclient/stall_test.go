package ossclient

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// stall takes a request and says nothing more. It ends when the client hangs up
// or, if the server cannot see that, with the test.
func stall(_ http.ResponseWriter, r *http.Request) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// stallCase is a call of a client with a single connection.
type stallCase struct {
	name    string
	handler http.HandlerFunc
	call    func(t *testing.T, c *Client) error
	want    time.Duration // of the call
	stalls  bool
}

func (tt stallCase) run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, Options{Connections: 1}, tt.handler)
		start := time.Now()
		err := tt.call(t, c)
		var s *stalled
		if errors.As(err, &s) != tt.stalls || !tt.stalls && err != nil {
			t.Errorf("%v, want a stall: %t", err, tt.stalls)
		}
		var timeout net.Error
		if tt.stalls && (!errors.As(err, &timeout) || !timeout.Timeout()) {
			t.Errorf("%v: not a timeout", err)
		}
		if d := time.Since(start); d < tt.want || d > tt.want+time.Second {
			t.Errorf("after %s, want %s", d, tt.want)
		}
	})
}

func TestM11_Stalls(t *testing.T) {
	for _, tt := range []stallCase{
		{"no answer", stall,
			func(t *testing.T, c *Client) error { return head(t.Context(), c, once) }, 2 * time.Minute, true},
		{"no answer to a request without a body", stall,
			func(t *testing.T, c *Client) error {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, embeddedEndpoint, nil)
				if err == nil {
					_, err = c.transport.RoundTrip(req)
				}
				return err
			}, 2 * time.Minute, true},
		{"no body", func(w http.ResponseWriter, r *http.Request) { http.NewResponseController(w).Flush(); stall(w, r) },
			func(t *testing.T, c *Client) error { _, err := get(t.Context(), c, once); return err }, 2 * time.Minute, true},
		{"body not taken", stall,
			func(t *testing.T, c *Client) error {
				return put(t.Context(), c, bytes.NewReader(make([]byte, 1<<20)), once)
			}, 2 * time.Minute, true},
		{"slow Complete", func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); stall(w, r) },
			func(t *testing.T, c *Client) error {
				_, err := c.CompleteMultipartUpload(t.Context(), &oss.CompleteMultipartUploadRequest{
					Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key"), UploadId: oss.Ptr("id")}, once)
				return err
			}, 5 * time.Minute, true},
	} {
		t.Run(tt.name, tt.run)
	}
}

// trickle answers one byte after the other.
func trickle(n int, each time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for range n {
			time.Sleep(each)
			w.Write([]byte("x"))
			http.NewResponseController(w).Flush()
		}
	}
}

func TestM11_SlowIsNotStalled(t *testing.T) {
	for _, tt := range []stallCase{
		{"trickle", trickle(30, time.Minute),
			func(t *testing.T, c *Client) error { _, err := get(t.Context(), c, once); return err }, 30 * time.Minute, false},
		{"slow source", func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) },
			func(t *testing.T, c *Client) error { return put(t.Context(), c, &slowReader{n: 5}, once) }, 50 * time.Minute, false},
		{"slow caller", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 1<<20)) },
			func(t *testing.T, c *Client) error {
				result, err := c.GetObject(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key")})
				if err != nil {
					return err
				}
				defer result.Body.Close()
				time.Sleep(time.Hour)
				_, err = io.Copy(io.Discard, result.Body)
				return err
			}, time.Hour, false},
		{"waiting for a connection", trickle(10, time.Minute),
			func(t *testing.T, c *Client) error {
				var wg sync.WaitGroup
				wg.Go(func() {
					if _, err := get(t.Context(), c, once); err != nil {
						t.Error(err)
					}
				})
				_, err := get(t.Context(), c, once)
				wg.Wait()
				return err
			}, 20 * time.Minute, false},
	} {
		t.Run(tt.name, tt.run)
	}
}

// A stall is retried.
func TestM11_StallIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests < 3 {
				stall(w, r)
			}
		})
		if err := head(t.Context(), c); err != nil || requests != 3 {
			t.Errorf("%v after %d requests", err, requests)
		}
	})
}

// slowReader takes ten minutes for each of its bytes.
type slowReader struct{ n int }

func (s *slowReader) Read(p []byte) (int, error) {
	if s.n == 0 {
		return 0, io.EOF
	}
	s.n--
	time.Sleep(10 * time.Minute)
	p[0] = 'x'
	return 1, nil
}
