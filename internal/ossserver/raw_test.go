package ossserver

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// answer is an HTTP answer, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// code returns the OSS error code, also from x-oss-err.
func (a answer) code() string {
	text := string(a.body)
	if v := a.header.Get("x-oss-err"); v != "" {
		b, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return err.Error()
		}
		text = string(b)
	}
	_, after, _ := strings.Cut(text, "<Code>")
	code, _, _ := strings.Cut(after, "</Code>")
	return code
}

// raw sends a signed request with the path as written.
func (h *harness) raw(method, path string, body []byte, header ...string) answer {
	h.t.Helper()
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	return h.send(newSignedRequest(h.t, method, "http://127.0.0.1"+path, reader, header...))
}

func (h *harness) send(r *http.Request) answer {
	h.t.Helper()
	resp, err := h.http.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if resp.Header.Get("x-oss-request-id") == "" || resp.Header.Get("Date") == "" || resp.Header.Get("Server") != "AliyunOSS" {
		h.t.Errorf("answer without its standard headers: %v", resp.Header)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

func (h *harness) fetchRange(key, byteRange, behavior string) answer {
	h.t.Helper()
	return h.raw("GET", "/"+testBucket+"/"+escapeName(key, true), nil, "Range", byteRange, "x-oss-range-behavior", behavior)
}

func TestRanges(t *testing.T) {
	h := newHarness(t)
	const body = "0123456789"
	h.put("k", body)
	h.put("empty", "")
	for _, row := range []struct {
		header       string
		lax, strict  string // bodies
		status, stat int    // statuses, lax and strict
	}{
		{"bytes=0-9", body, body, 206, 206},
		{"bytes=2-4", "234", "234", 206, 206},
		{"bytes=9-", "9", "9", 206, 206},
		{"bytes=-3", "789", "789", 206, 206},
		{"bytes=-10", body, body, 206, 206},
		{"bytes=5-10", body, "56789", 200, 206},
		{"bytes=5-99999999999999999", body, "56789", 200, 206},
		{"bytes=-11", body, body, 200, 206},
		{"bytes=10-", body, "", 200, 416},
		{"bytes=10-12", body, "", 200, 416},
		{"bytes=-0", body, "", 200, 416},
		{"bytes=4-2", body, body, 200, 200},
		{"bytes=1-2,4-5", body, body, 200, 200},
		{"bytes=a-b", body, body, 200, 200},
		{"bytes=+1-2", body, body, 200, 200},
		{"bytes=--5", body, body, 200, 200},
		{"items=0-1", body, body, 200, 200},
		{"bytes=", body, body, 200, 200},
		{"bytes=99999999999999999999-", body, body, 200, 200},
	} {
		t.Run(row.header, func(t *testing.T) {
			lax := h.fetchRange("k", row.header, "")
			if lax.status != row.status || string(lax.body) != row.lax {
				t.Errorf("lax: %d %q", lax.status, lax.body)
			}
			strict := h.fetchRange("k", row.header, "standard")
			if strict.status != row.stat || row.stat < 400 && string(strict.body) != row.strict {
				t.Errorf("strict: %d %q", strict.status, strict.body)
			}
			if row.stat == 416 && strict.code() != "InvalidRange" {
				t.Errorf("code %q", strict.code())
			}
			if crc := lax.header.Get("x-oss-hash-crc64ecma"); crc != crcText([]byte(body)) {
				t.Errorf("crc %s is not that of the whole object", crc)
			}
		})
	}
	if got := h.fetchRange("k", "bytes=2-4", "").header.Get("Content-Range"); got != "bytes 2-4/10" {
		t.Errorf("Content-Range %q", got)
	}
	for _, header := range []string{"bytes=0-0", "bytes=-5", "bytes=0-"} {
		if got := h.fetchRange("empty", header, "standard"); got.status != 416 {
			t.Errorf("empty object, %s: %d", header, got.status)
		}
		if got := h.fetchRange("empty", header, ""); got.status != 200 {
			t.Errorf("empty object, %s, lax: %d", header, got.status)
		}
	}
}

func TestConditions(t *testing.T) {
	h := newHarness(t)
	etag := *h.put("k", "x").ETag
	head := h.raw("HEAD", "/"+testBucket+"/k", nil)
	at, past := head.header.Get("Last-Modified"), "Sat, 01 Jan 2000 00:00:00 GMT"
	for _, row := range []struct {
		status int
		header []string
	}{
		{200, []string{"If-Match", etag}},
		{200, []string{"If-Match", strings.Trim(etag, `"`)}},
		{200, []string{"If-Match", "*"}},
		{200, []string{"If-Match", `"other", ` + etag}},
		{412, []string{"If-Match", `"other"`}},
		{304, []string{"If-None-Match", etag}},
		{304, []string{"If-None-Match", strings.Trim(etag, `"`)}},
		{200, []string{"If-None-Match", `"other"`}},
		{304, []string{"If-Modified-Since", at}},
		{200, []string{"If-Modified-Since", past}},
		{200, []string{"If-Modified-Since", "no date"}},
		{200, []string{"If-Unmodified-Since", at}},
		{412, []string{"If-Unmodified-Since", past}},
		{200, []string{"If-Match", etag, "If-Unmodified-Since", past}},
		{200, []string{"If-None-Match", `"other"`, "If-Modified-Since", at}},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			got := h.raw(method, "/"+testBucket+"/k", nil, row.header...)
			if got.status != row.status {
				t.Errorf("%s %v: %d, want %d", method, row.header, got.status, row.status)
			}
			if got.status == 304 && (got.header.Get("ETag") != etag || got.header.Get("Last-Modified") != at) {
				t.Errorf("%s %v: without its validators: %v", method, row.header, got.header)
			}
		}
	}
}

func TestResponseOverrides(t *testing.T) {
	h := newHarness(t)
	h.put("k", "x")
	got := h.raw("GET", "/"+testBucket+"/k?response-content-type=text%2Fx&response-cache-control=no-store", nil)
	if got.header.Get("Content-Type") != "text/x" || got.header.Get("Cache-Control") != "no-store" || string(got.body) != "x" {
		t.Errorf("%v", got)
	}
	if got := h.raw("GET", "/"+testBucket+"/k?response-content-type=a%0D%0Ab%3Ac", nil); got.code() != "InvalidArgument" {
		t.Errorf("line break: %d %s %v", got.status, got.code(), got.header)
	}
}

func TestChunkedAndExpect(t *testing.T) {
	h := newHarness(t)
	for _, size := range []int{0, 5, inlineLimit + 1} {
		body := randomBytes(size)
		r := newSignedRequest(t, "PUT", "http://127.0.0.1/"+testBucket+"/k", io.MultiReader(bytes.NewReader(body)), "Expect", "100-continue")
		if r.ContentLength != 0 || r.Body == nil {
			t.Fatal("request is not chunked")
		}
		if got := h.send(r); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if !bytes.Equal(h.get("k"), body) {
			t.Errorf("%d bytes differ", size)
		}
	}
}

// TestExpectContinue: a client that waits for "100 Continue" is asked for the body
// of a request that may come true, and spared that of one that cannot.
func TestExpectContinue(t *testing.T) {
	h := newHarness(t)
	patient := &http.Transport{DialContext: h.DialContext, ExpectContinueTimeout: time.Hour}
	defer patient.CloseIdleConnections()
	for _, row := range []struct {
		path   string
		status int
		header []string
	}{
		{"/" + testBucket + "/k", 200, nil},
		{"/" + testBucket + "/k", 409, []string{"x-oss-forbid-overwrite", "true"}},
		{"/" + testBucket + "/k", 400, []string{"x-oss-storage-class", "Best"}},
		{"/" + testBucket + "/k", 403, []string{"x-oss-meta-changed", "after it was signed"}},
		{"/" + testBucket + "/k?partNumber=1&uploadId=" + newUploadID(), 404, nil},
		{"/nosuchbucket/k", 404, nil},
	} {
		body := &countingReader{from: strings.NewReader("body")}
		r := newSignedRequest(t, "PUT", "http://127.0.0.1"+row.path, body, "Expect", "100-continue")
		for i := 0; i < len(row.header); i += 2 {
			r.Header.Set(row.header[i], row.header[i+1])
		}
		if row.status != 403 {
			signV4(t, r, testKeyID, testSecret, "cn-hangzhou", time.Time{})
		}
		r.ContentLength = 4
		resp, err := patient.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if sent := body.read.Load() > 0; resp.StatusCode != row.status || sent != (row.status == 200) {
			t.Errorf("%s %v: %s, body sent: %v", row.path, row.header, resp.Status, sent)
		}
	}
}

// countingReader counts what was read from it.
type countingReader struct {
	from io.Reader
	read atomic.Int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.read.Add(int64(n))
	return n, err
}

// TestEN5EscapedSlash: clients may escape the slashes of a key or not.
func TestEN5EscapedSlash(t *testing.T) {
	h := newHarness(t)
	h.put("a/b", "x")
	if got := h.raw("GET", "/"+testBucket+"/a%2Fb", nil); string(got.body) != "x" {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := h.raw("GET", "/"+testBucket+"?list-type=2&prefix=a%2Fb", nil); !strings.Contains(string(got.body), "<Key>a/b</Key>") {
		t.Errorf("bucket without slash: %d %s", got.status, got.body)
	}
}
