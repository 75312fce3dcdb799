package ossserver

import (
	"encoding/json"
	"testing"
)

// TestHeaderBytes: values of headers come back byte by byte, UTF-8 or not.
func TestHeaderBytes(t *testing.T) {
	h := newHarness(t)
	const path = "/" + testBucket + "/k"
	values := map[string]string{"x-oss-meta-latin": "caf\xe9", "x-oss-meta-utf": "中<&", "Content-Disposition": "filename=\xb0\xa1"}
	var header []string
	for name, value := range values {
		header = append(header, name, value)
	}
	if got := h.raw("PUT", path, []byte("x"), header...); got.status != 200 {
		t.Fatalf("put: %d %s", got.status, got.body)
	}
	for name, want := range values {
		if got := h.raw("HEAD", path, nil).header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestHeaderValuesErrors(t *testing.T) {
	for _, text := range []string{`1`, `{"a":1}`, `{"a":["?"]}`, `{"a":{}}`} {
		var v headerValues
		if err := json.Unmarshal([]byte(text), &v); err == nil {
			t.Errorf("%s gives %q", text, v)
		}
	}
}
