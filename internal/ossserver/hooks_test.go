package ossserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// once makes a fault happen to the first request of an operation.
func (h *harness) once(op Operation, f Fault) {
	done := false
	h.hooks.Fault = func(r Request) *Fault {
		if r.Operation != op || done {
			return nil
		}
		done = true
		return &f
	}
}

func (h *harness) tryPut(key, body string) error {
	_, err := h.client.PutObject(h.t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key, Body: strings.NewReader(body)})
	return err
}

func TestFaultsOnWrites(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  Fault
		code   string // empty: the connection is dropped
		stored bool
		status int // in the journal
	}{
		{"refused", Fault{Status: 503, Code: "ServiceUnavailable"}, "ServiceUnavailable", false, 503},
		{"dropped", Fault{Drop: true}, "", false, 0},
		{"answer lost", Fault{When: AfterCommit, Drop: true}, "", true, 0},
		{"wrong answer", Fault{When: AfterCommit, Status: 500, Code: "InternalError"}, "InternalError", true, 500},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHarness(t)
			h.once(PutObject, row.fault)
			err := h.tryPut("k", "x")
			if row.code != "" {
				wantCode(t, err, row.fault.Status, row.code)
			} else if se := (*oss.ServiceError)(nil); err == nil || errors.As(err, &se) {
				t.Errorf("got %v, want a broken connection", err)
			}
			if ok, err := h.client.IsObjectExist(t.Context(), testBucket, "k"); err != nil || ok != row.stored {
				t.Errorf("stored: %v %v", ok, err)
			}
			e := h.journal.Exchanges()[0]
			if e.Operation != PutObject || e.Status != row.status || e.Code != row.code || e.Key != "k" || e.Seq != 1 {
				t.Errorf("journal %+v", e)
			}
			if err := h.tryPut("k", "x"); err != nil {
				t.Errorf("second put: %v", err)
			}
			if n := h.journal.Count(PutObject); n != 2 {
				t.Errorf("%d puts", n)
			}
		})
	}
}

func TestFaultsOnBodies(t *testing.T) {
	body := randomBytes(inlineLimit * 5)
	h := newHarness(t)
	h.put("k", string(body))
	path := "/" + testBucket + "/k"

	h.once(GetObject, Fault{FlipAt: new(int64(70_000))})
	got := h.raw("GET", path, nil).body
	want := bytes.Clone(body)
	want[70_000] ^= 0xFF
	if !bytes.Equal(got, want) {
		t.Error("flip differs")
	}

	for _, at := range []int64{0, 1, 50_000} {
		h.once(GetObject, Fault{TruncateAt: &at})
		resp, err := h.http.Do(newSignedRequest(t, "GET", "http://127.0.0.1"+path, nil))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.Equal(got, body[:at]) || resp.ContentLength != int64(len(body)) {
			t.Errorf("truncated at %d: %d bytes of %d, %v", at, len(got), resp.ContentLength, err)
		}
	}

	h.once(GetObject, Fault{Status: 200, Body: []byte("<html>"), Header: map[string]string{"Content-Type": "text/html"}})
	if a := h.raw("GET", path, nil); a.status != 200 || string(a.body) != "<html>" || a.header.Get("Content-Type") != "text/html" {
		t.Errorf("page: %+v", a)
	}
	h.once(GetObject, Fault{Status: 200, Body: []byte{}})
	if a := h.raw("GET", path, nil); a.status != 200 || len(a.body) != 0 {
		t.Errorf("empty: %+v", a)
	}
	h.once(GetObject, Fault{When: AfterCommit, Status: 503, Code: "ServiceUnavailable"})
	if a := h.raw("GET", path, nil); a.code() != "ServiceUnavailable" || a.header.Get("ETag") != "" {
		t.Errorf("late error: %+v", a)
	}
	h.once(GetObject, Fault{Header: map[string]string{"ETag": `"other"`, "x-oss-hash-crc64ecma": ""}})
	if a := h.raw("GET", path, nil); a.header.Get("ETag") != `"other"` || a.header.Values("x-oss-hash-crc64ecma") != nil || !bytes.Equal(a.body, body) {
		t.Errorf("headers: %v", a.header)
	}
	last := h.journal.Exchanges()[h.journal.Count(GetObject)]
	if last.Sent != int64(len(body)) {
		t.Errorf("sent %d", last.Sent)
	}
	h.journal.Reset()
	if h.journal.Count(GetObject) != 0 || len(h.journal.Exchanges()) != 0 {
		t.Error("reset")
	}
}

func TestFaultWait(t *testing.T) {
	release := make(chan struct{})
	h := newHarness(t)
	h.once(PutObject, Fault{When: AfterCommit, Wait: release})
	ended := make(chan error)
	go func() { ended <- h.tryPut("k", "x") }()
	for {
		// The commit shows before the answer does.
		if ok, err := h.client.IsObjectExist(t.Context(), testBucket, "k"); err != nil {
			t.Fatal(err)
		} else if ok {
			break
		}
	}
	select {
	case err := <-ended:
		t.Fatalf("answered: %v", err)
	default:
	}
	close(release)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// TestFaultWaitEnds: neither a client that leaves nor Close waits for a stall.
func TestFaultWaitEnds(t *testing.T) {
	h := newHarness(t)
	arrived := make(chan struct{}, 2)
	h.hooks.Fault = func(Request) *Fault {
		arrived <- struct{}{}
		return &Fault{Wait: make(chan struct{})}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	get := func(ctx context.Context) {
		r := newSignedRequest(t, "GET", "http://127.0.0.1/"+testBucket+"/k", nil)
		_, err := h.http.Do(r.WithContext(ctx))
		ended <- err
	}
	go get(ctx)
	<-arrived
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	go get(t.Context())
	<-arrived
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("answered after close")
	}
}

// TestFaultDelay runs in virtual time.
func TestFaultDelay(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(Options{Dir: dir, NoSync: true, Hooks: &Hooks{Fault: func(Request) *Fault { return &Fault{Delay: time.Hour} }}})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		transport := &http.Transport{DialContext: s.DialContext}
		defer transport.CloseIdleConnections()
		start := time.Now()
		r := newSignedRequest(t, "GET", "http://127.0.0.1/"+testBucket+"/k", nil)
		resp, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if d := time.Since(start); d != time.Hour {
			t.Errorf("took %v", d)
		}
	})
}
