package ossclient

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/spec"
)

func TestM9_R4_Attempts(t *testing.T) {
	tests := []struct {
		status int
		code   string
		want   int
	}{
		{400, "InvalidArgument", 1},
		{401, "Unauthorized", 1},
		{403, "AccessDenied", 1},
		{403, "SignatureDoesNotMatch", 1},
		{403, "SecurityTokenExpired", 1},
		{403, "RequestTimeTooSkewed", 5},
		{404, "NoSuchKey", 1},
		{408, "RequestTimeout", 5},
		{409, "FileAlreadyExists", 1},
		{412, "PreconditionFailed", 1},
		{429, "QpsLimitExceeded", 5},
		{500, "InternalError", 5},
		{501, "NotImplemented", 1},
		{502, "BadGateway", 5},
		{503, "ServiceUnavailable", 5},
		{504, "GatewayTimeout", 5},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status, tt.code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
					requests++
					refusal(w, tt.status, tt.code)
				})
				_, err := get(t.Context(), c)
				var answer *oss.ServiceError
				if !errors.As(err, &answer) || answer.StatusCode != tt.status || answer.Code != tt.code {
					t.Errorf("%v, want %d %s", err, tt.status, tt.code)
				}
				if requests != tt.want {
					t.Errorf("%d attempts, want %d", requests, tt.want)
				}
				if got := c.Stats(); got.Gets != int64(tt.want) || got.Retries != int64(tt.want-1) {
					t.Errorf("stats %+v, want %d attempts", got, tt.want)
				}
			})
		})
	}
}

// A connection that breaks at any point before the answer is tried again, with
// the body from its start.
func TestM12_BrokenConnections(t *testing.T) {
	content := make([]byte, 3<<20)
	rand.Read(content)
	breaks := map[string]func(http.ResponseWriter, *http.Request){
		"at once": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"within the body": func(_ http.ResponseWriter, r *http.Request) {
			io.CopyN(io.Discard, r.Body, 1<<20)
			panic(http.ErrAbortHandler)
		},
		"after the body": func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body); panic(http.ErrAbortHandler) },
		"with early words": func(w http.ResponseWriter, r *http.Request) {
			io.CopyN(io.Discard, r.Body, 1<<20)
			refusal(w, 500, "InternalError")
		},
	}
	for name, fault := range breaks {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				var stored []byte
				c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
					if requests++; requests < 4 {
						fault(w, r)
						return
					}
					stored, _ = io.ReadAll(r.Body)
				})
				if err := put(t.Context(), c, strings.NewReader(string(content))); err != nil {
					t.Fatal(err)
				}
				if string(stored) != string(content) {
					t.Errorf("%d bytes stored, not the %d sent", len(stored), len(content))
				}
			})
		})
	}
}

// An answer that comes early, over real sockets, where the transport is still
// reading the body when the SDK rewinds it.
func TestM18_EarlyAnswers(t *testing.T) {
	content := strings.Repeat("0123456789abcdef", 1<<18)
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(requestID, "0")
		if requests.Add(1)%3 != 0 {
			refusal(w, 500, "InternalError")
			return
		}
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != content {
			t.Errorf("%d bytes, %v; not what was sent", len(body), err)
		}
	}))
	defer server.Close()
	c, err := Open(spec.Store{Name: "s", Region: "r", Endpoint: server.URL, Credentials: spec.Credentials{From: "anonymous"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 3 {
		if err := put(t.Context(), c, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
}

// When everything fails, the retries of the whole client are bounded.
func TestM9_Storm(t *testing.T) {
	for _, status := range []int{500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int64
				c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					refusal(w, status, "Storm")
				})
				const workers, calls, free = 32, 20, 2 * 64
				var wg sync.WaitGroup
				for range workers {
					wg.Go(func() {
						for range calls {
							if err := head(t.Context(), c); err == nil {
								t.Error("no error in a storm")
							}
						}
					})
				}
				wg.Wait()
				if got := requests.Load(); got != workers*calls+free {
					t.Errorf("%d requests for %d calls, want %d retries", got, workers*calls, free)
				}
				if got := c.Stats(); got.Retries != free || got.Unretried == 0 {
					t.Errorf("stats %+v, want %d retries and some refused", got, free)
				}
			})
		})
	}
}

// A restart of the service breaks every connection in the middle of a request,
// and the first new ones as well. All calls come through.
func TestM9_RestartUnderAllConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const connections = 64
		var requests atomic.Int64
		var all sync.WaitGroup
		all.Add(connections)
		c := client(t, Options{Connections: connections}, func(w http.ResponseWriter, r *http.Request) {
			switch n := requests.Add(1); {
			case n <= connections:
				all.Done()
				all.Wait()
				panic(http.ErrAbortHandler)
			case n <= 3*connections/2:
				panic(http.ErrAbortHandler)
			}
		})
		var wg sync.WaitGroup
		for range connections {
			wg.Go(func() {
				if err := head(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := c.Stats(); got.Unretried != 0 {
			t.Errorf("stats %+v, want no retry refused", got)
		}
	})
}

func TestBudget(t *testing.T) {
	const free = 7
	b := newBudget(free)
	for range free {
		if !b.spend() {
			t.Fatal("spent too soon")
		}
	}
	if b.spend() {
		t.Error("more than the free retries")
	}
	for range answersPerRetry {
		b.earn()
	}
	if !b.spend() || b.spend() {
		t.Errorf("%d answers should earn one retry", answersPerRetry)
	}
	for range 10 * free * answersPerRetry {
		b.earn()
	}
	n := 0
	for b.spend() {
		n++
	}
	if n != free {
		t.Errorf("%d retries in store, want at most %d", n, free)
	}
}

func TestRetryDelay(t *testing.T) {
	r := &retryer{attempts: 5, budget: newBudget(50), counters: &Counters{}, clock: &clock{}}
	for attempt, bound := range map[int]time.Duration{2: 400 * time.Millisecond, 3: 800 * time.Millisecond, 60: longDelay} {
		for range 10 {
			if d, err := r.RetryDelay(attempt, io.EOF); err != nil || d < 0 || d >= bound {
				t.Errorf("attempt %d: %s, %v; want below %s", attempt, d, err, bound)
			}
		}
	}
	busy := &oss.ServiceError{StatusCode: 500, Headers: http.Header{"Retry-After": {"3"}}}
	if d, err := r.RetryDelay(2, busy); err != nil || d != 3*time.Second {
		t.Errorf("Retry-After 3: %s, %v", d, err)
	}
}

// M14: the store's complaint about the clock is heeded once, for all requests.
func TestM14_ClockSkew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ahead = time.Hour
		var refused atomic.Int64
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			now := time.Now().Add(ahead)
			w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
			signed, err := time.Parse("20060102T150405Z", r.Header.Get("x-oss-date"))
			if err != nil {
				t.Error(err)
			}
			if d := now.Sub(signed); d > 15*time.Minute {
				refused.Add(1)
				refusal(w, 403, "RequestTimeTooSkewed")
			}
		})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := get(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		before := refused.Load()
		if _, err := get(t.Context(), c); err != nil || refused.Load() != before {
			t.Errorf("%v; %d refusals after the correction", err, refused.Load()-before)
		}
		if server, ok := c.ServerTime(); !ok || time.Until(server).Round(time.Second) != ahead {
			t.Errorf("server time %s ahead, want %s", time.Until(server), ahead)
		}
	})
}

func TestContextEndsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		start := time.Now()
		if err := head(ctx, c); !errors.Is(err, context.Canceled) || time.Since(start) > 0 {
			t.Errorf("%v after %s, want context.Canceled at once", err, time.Since(start))
		}
	})
}
