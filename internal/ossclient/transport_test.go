package ossclient

import (
	"bytes"
	"errors"
	"io"
	"net"
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

func TestM15_RedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		requests := 0
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			requests++
			w.Header().Set("Location", "http://127.0.0.2/elsewhere?secret=1")
			w.WriteHeader(status)
		})
		_, err := get(t.Context(), c)
		var redirect *RedirectError
		if !errors.As(err, &redirect) || redirect.Status != status || redirect.Host != "127.0.0.2" {
			t.Errorf("%d: %v", status, err)
		} else if strings.Contains(redirect.Error(), "secret") || !strings.Contains(redirect.Error(), "endpoint") {
			t.Errorf("%d: text %q", status, redirect)
		}
		if requests != 1 {
			t.Errorf("%d: %d requests, want 1", status, requests)
		}
	}
}

func TestNotModifiedIsNoRedirect(t *testing.T) {
	c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotModified) })
	var answer *oss.ServiceError
	if err := head(t.Context(), c); !errors.As(err, &answer) || answer.StatusCode != http.StatusNotModified {
		t.Errorf("%v, want the SDK's error with status 304", err)
	}
}

func TestL12_RequestHeaders(t *testing.T) {
	var got http.Header
	var proto string
	c := client(t, Options{UserAgent: "osssync/1.2"}, func(w http.ResponseWriter, r *http.Request) { got, proto = r.Header, r.Proto })
	if _, err := get(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if v := got.Get("Accept-Encoding"); v != "" {
		t.Errorf("L12: Accept-Encoding %q", v)
	}
	if v := got.Get("User-Agent"); !strings.HasSuffix(v, "/osssync/1.2") {
		t.Errorf("User-Agent %q", v)
	}
	if proto != "HTTP/1.1" {
		t.Errorf("protocol %q", proto)
	}
}

func TestK15_DotSegmentsAreNotSent(t *testing.T) {
	requests := 0
	c := client(t, Options{}, func(http.ResponseWriter, *http.Request) { requests++ })
	for _, key := range []string{"a/../b", "..", "a/.", "./a"} {
		if _, err := c.HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr(key)}); err == nil {
			t.Errorf("%q: sent", key)
		}
	}
	for _, key := range []string{"a..b", ".a", "a/...", "%2e%2e/a", "a//b"} {
		if _, err := c.HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr(key)}); err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
	if requests != 5 {
		t.Errorf("%d requests, want 5", requests)
	}
}

func TestM19_AnswersAreBounded(t *testing.T) {
	t.Run("refusal", func(t *testing.T) {
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			for chunk := bytes.Repeat([]byte{'x'}, 64<<10); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		})
		_, err := get(t.Context(), c)
		var answer *oss.ServiceError
		if !errors.As(err, &answer) || answer.StatusCode != http.StatusForbidden || len(answer.Snapshot) != refusalLimit {
			t.Errorf("%.200v; want status 403 and %d bytes of body", err, refusalLimit)
		}
	})
	t.Run("headers", func(t *testing.T) {
		c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 2*headerLimit))
		})
		if _, err := get(t.Context(), c, once); err == nil {
			t.Error("headers of any length were taken")
		}
	})
}

func TestBandwidth(t *testing.T) {
	const size, bandwidth = 1 << 20, 128 << 10 // 8 seconds
	exact := func(t *testing.T, start time.Time, want time.Duration) {
		t.Helper()
		if d := time.Since(start); d < want*9/10 || d > want*11/10 {
			t.Errorf("%s, want about %s", d, want)
		}
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			io.Copy(io.Discard, r.Body)
		} else {
			w.Write(make([]byte, size))
		}
	}
	t.Run("up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := client(t, Options{Bandwidth: bandwidth}, handler)
			start := time.Now()
			if err := put(t.Context(), c, bytes.NewReader(make([]byte, size))); err != nil {
				t.Fatal(err)
			}
			exact(t, start, 8*time.Second)
			if got := c.Stats().Sent; got != size {
				t.Errorf("%d bytes sent, want %d", got, size)
			}
		})
	})
	t.Run("up, small bodies", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := client(t, Options{Bandwidth: bandwidth}, handler)
			start := time.Now()
			for range 64 {
				if err := put(t.Context(), c, bytes.NewReader(make([]byte, size/64))); err != nil {
					t.Fatal(err)
				}
			}
			exact(t, start, 8*time.Second)
		})
	})
	t.Run("down, four together", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := client(t, Options{Bandwidth: bandwidth}, handler)
			start := time.Now()
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if body, err := get(t.Context(), c); err != nil || len(body) != size {
						t.Errorf("%d bytes, %v", len(body), err)
					}
				})
			}
			wg.Wait()
			exact(t, start, 32*time.Second)
			if got := c.Stats().Received; got != 4*size {
				t.Errorf("%d bytes received, want %d", got, 4*size)
			}
		})
	})
}

func TestStats(t *testing.T) {
	c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Has("uploads"):
			io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>")
		case r.URL.Query().Has("uploadId"):
			io.WriteString(w, "<ListPartsResult></ListPartsResult>")
		case r.Method == http.MethodGet && r.URL.Path == "/":
			io.WriteString(w, "<ListAllMyBucketsResult></ListAllMyBucketsResult>")
		case r.Method == http.MethodGet && r.URL.Path == "/bucket/":
			io.WriteString(w, "<ListBucketResult></ListBucketResult>")
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		}
	})
	ctx, bucket, key := t.Context(), oss.Ptr("bucket"), oss.Ptr("key")
	calls := []func() error{
		func() error { _, err := c.ListBuckets(ctx, &oss.ListBucketsRequest{}); return err },
		func() error { _, err := c.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: bucket}); return err },
		func() error {
			_, err := c.ListParts(ctx, &oss.ListPartsRequest{Bucket: bucket, Key: key, UploadId: oss.Ptr("id")})
			return err
		},
		func() error { _, err := get(ctx, c); return err },
		func() error { return head(ctx, c) },
		func() error { return put(ctx, c, strings.NewReader("12345")) },
		func() error {
			_, err := c.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: bucket, Key: key})
			return err
		},
		func() error {
			_, err := c.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: bucket, Key: key})
			return err
		},
	}
	for i, call := range calls {
		if err := call(); err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	got := c.Stats()
	got.Received = 0
	want := Stats{Lists: 3, Gets: 1, Heads: 1, Puts: 1, Posts: 1, Deletes: 1, Sent: 5}
	for o, n := range []int64{List: 3, Get: 1, Head: 1, Put: 1, Post: 1, Delete: 1} {
		want.Answers[o][2] = n
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// Two clients that were given the same counters are counted as one, also what was
// refused and what never was answered.
func TestCounters(t *testing.T) {
	counters := &Counters{}
	opts := Options{Counters: counters, MaxAttempts: 1}
	denied := client(t, opts, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	silent := client(t, opts, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for _, c := range []*Client{denied, silent} {
		if head(t.Context(), c) == nil {
			t.Error("no error")
		}
	}
	got := counters.Stats()
	if want := [6]int64{0: 1, 4: 1}; got.Answers[Head] != want || got.Heads != 2 || denied.Stats() != got {
		t.Errorf("%+v", got)
	}
	counters.ended(Get, 999)
	if got := counters.Stats().Answers[Get]; got != [6]int64{0: 1} {
		t.Errorf("a status that is none: %v", got)
	}
	if List.String() != "list" || Delete.String() != "delete" {
		t.Error("names of operations")
	}
}

func TestServerTimeBeforeAnyAnswer(t *testing.T) {
	c := client(t, Options{}, func(http.ResponseWriter, *http.Request) {})
	if _, ok := c.ServerTime(); ok {
		t.Error("a time before any answer")
	}
}

// X7: a certificate that nobody signed is refused, and not asked again.
func TestX7_UnverifiedTLS(t *testing.T) {
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Config.ErrorLog = discard()
	server.StartTLS()
	defer server.Close()
	c, err := Open(spec.Store{Name: "s", Region: "r", Endpoint: server.URL, Credentials: spec.Credentials{From: "anonymous"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := head(t.Context(), c); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v, want an error about the certificate", err)
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("%d connections, want 1", got)
	}
}
