package ossserver

import (
	"io"
	"runtime"
	"testing"
)

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestMemory: what PUT and GET allocate does not grow with the body. The client
// is in the same process and counts too.
func TestMemory(t *testing.T) {
	const size, most = 64 << 20, 8 << 20
	h := newHarness(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	put := newSignedRequest(t, "PUT", "http://127.0.0.1/"+testBucket+"/k", io.LimitReader(zeros{}, size))
	if got := h.send(put); got.status != 200 {
		t.Fatalf("put: %d %s", got.status, got.body)
	}
	resp, err := h.http.Do(newSignedRequest(t, "GET", "http://127.0.0.1/"+testBucket+"/k", nil))
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if n != size || err != nil {
		t.Fatalf("get: %d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > most {
		t.Errorf("%d bytes allocated for a body of %d", grown, size)
	}
}
