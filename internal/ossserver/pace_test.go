package ossserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// inVirtualTime runs a test in a bubble of testing/synctest, with a server and a
// client that are closed within it.
func inVirtualTime(t *testing.T, test func(t *testing.T, s *Server, client *http.Transport), change ...func(*Options)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := Options{Dir: dir, Credentials: map[string]string{testKeyID: testSecret}, NoSync: true}
		for _, f := range change {
			f(&o)
		}
		s, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		// net/http lingers half a second over a connection whose request it did not
		// read to the end, and a bubble must not end before.
		defer func() { <-time.After(time.Second) }()
		defer s.Close()
		if err := s.CreateBucket(testBucket); err != nil {
			t.Fatal(err)
		}
		client := &http.Transport{DialContext: s.DialContext, DisableCompression: true}
		defer client.CloseIdleConnections()
		test(t, s, client)
	})
}

// exchange sends a signed request and returns the body of the answer and how
// long it took to have all of it.
func exchange(t *testing.T, client *http.Transport, method, path string, body []byte, header ...string) ([]byte, time.Duration) {
	t.Helper()
	start := time.Now()
	resp, err := client.RoundTrip(newSignedRequest(t, method, "http://127.0.0.1"+path, bytes.NewReader(body), header...))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %d %s, %v", method, path, resp.StatusCode, got, err)
	}
	return got, time.Since(start)
}

// TestTrafficLimit: a body takes as long as the limit says, whichever way it
// goes. Requests without a body of an object take no time.
func TestTrafficLimit(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, client *http.Transport) {
		body := randomBytes(1_000_003)
		const path, limit = "/" + testBucket + "/k", "8000000" // a megabyte a second
		got, _ := exchange(t, client, "POST", path+"?uploads", nil, "x-oss-traffic-limit", limit)
		_, after, _ := strings.Cut(string(got), "<UploadId>")
		part := "&partNumber=1&uploadId=" + after[:uploadIDLength]
		for _, row := range []struct {
			name, method, path, limit string // limit of the header
			body                      []byte
			want                      time.Duration
		}{
			{"put", "PUT", path, limit, body, 1_000_003 * time.Microsecond},
			{"put, in the query", "PUT", path + "?x-oss-traffic-limit=4000000", "", body, 2_000_006 * time.Microsecond},
			{"put of a few bytes", "PUT", path + "-small", limit, body[:1000], time.Millisecond},
			{"part", "PUT", path + "?x-oss-traffic-limit=" + limit + part, "", body, 1_000_003 * time.Microsecond},
			{"append", "POST", path + "-log?append&position=0", limit, body, 1_000_003 * time.Microsecond},
			{"get", "GET", path, limit, nil, 1_000_003 * time.Microsecond},
			{"get, in the query", "GET", path + "?x-oss-traffic-limit=819200", "", nil, 9_765_654 * time.Microsecond},
			{"get of a few bytes", "GET", path + "-small", limit, nil, time.Millisecond},
			{"get, the fastest", "GET", path, "838860800", nil, 9537 * time.Microsecond},
			{"get without", "GET", path, "", nil, 0},
			{"list", "GET", "/" + testBucket + "/?list-type=2", limit, nil, 0},
		} {
			var header []string
			if row.limit != "" {
				header = []string{"x-oss-traffic-limit", row.limit}
			}
			got, took := exchange(t, client, row.method, row.path, row.body, header...)
			// A timer may be late by what a nanosecond is short of a byte.
			if d := took - row.want; d < -time.Microsecond || d > time.Millisecond {
				t.Errorf("%s took %v, want %v", row.name, took, row.want)
			}
			if row.method == "GET" && row.path == path && !bytes.Equal(got, body) {
				t.Errorf("%s: other bytes", row.name)
			}
		}
	})
}

func TestTrafficLimitErrors(t *testing.T) {
	h := newHarness(t)
	h.put("k", "x")
	for _, limit := range []string{"245759", "838860801", "-1", "x", "1e6"} {
		for _, row := range [][]string{{"?x-oss-traffic-limit=" + limit}, {"", "x-oss-traffic-limit", limit}} {
			for _, method := range []string{"GET", "PUT"} {
				if got := h.raw(method, "/"+testBucket+"/k"+row[0], nil, row[1:]...); got.code() != "InvalidArgument" {
					t.Errorf("%s %v: %d %s", method, row, got.status, got.code())
				}
			}
		}
	}
}

// TestTrafficLimitEnds: neither a client that leaves nor Close waits for the
// rest of a slow body, and nothing is left of it.
func TestTrafficLimitEnds(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, s *Server, client *http.Transport) {
		const path, slow = "http://127.0.0.1/" + testBucket + "/k", "819200"
		exchange(t, client, "PUT", "/"+testBucket+"/k", make([]byte, 4<<20))
		start := time.Now()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		resp, err := client.RoundTrip(newSignedRequest(t, "GET", path, nil, "x-oss-traffic-limit", slow).WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("get: %v", err)
		}
		resp.Body.Close()

		put := newSignedRequest(t, "PUT", path, io.LimitReader(zeros{}, 4<<20), "x-oss-traffic-limit", slow)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			resp, err := client.RoundTrip(put)
			if err == nil {
				resp.Body.Close()
				err = errors.New(resp.Status)
			}
			if !strings.Contains(err.Error(), "503") && !strings.Contains(err.Error(), "closed") && !strings.Contains(err.Error(), "EOF") && !errors.Is(err, syscall.EPIPE) {
				t.Errorf("put: %v", err)
			}
		}()
		synctest.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-ended
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
		if files, err := os.ReadDir(s.store.content); err != nil || len(files) != 1 {
			t.Errorf("content %v, %v", files, err)
		}
	})
}
