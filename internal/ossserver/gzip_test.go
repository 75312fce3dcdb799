package ossserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "identity": false, "*": false, "deflate, br": false, "gzipped": false,
		"gzip": true, "GZIP": true, "deflate, gzip, br": true, "br;q=1.0, gzip;q=0.8": true, "gzip; q=1": true,
		"gzip;q=0": false, "gzip;q=0.0": false, "gzip;q=x": false,
	} {
		if got := takesGzip(header); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

// TestGzip: whole bodies of 1 KiB and more, of the types that OSS names, are
// compressed for clients that take it.
func TestGzip(t *testing.T) {
	h := newHarness(t)
	text := strings.Repeat("0123456789abcdef", 20_000)
	for _, row := range []struct {
		contentType, encoding string
		size                  int
		accept, byteRange     string
		gzipped               bool
	}{
		{"text/plain", "", 1024, "gzip", "", true},
		{"text/html; charset=utf-8", "", len(text), "deflate, gzip", "", true},
		{"Application/JSON", "", 20_000, "gzip", "", true},
		{"text/plain", "", 1023, "gzip", "", false},
		{"text/plain", "", 1024, "", "", false},
		{"text/plain", "", 1024, "identity", "", false},
		{"text/plain", "br", 1024, "gzip", "", false},
		{"image/png", "", 1 << 20, "gzip", "", false},
		{"", "", 2048, "gzip", "", false},
		{"text/plain", "", 2048, "gzip", "bytes=0-1023", false},
		{"text/plain", "", 2048, "gzip", "bytes=0-4096", false}, // which OSS passes over
	} {
		body := []byte(text[:min(row.size, len(text))])
		etag := h.raw("PUT", "/"+testBucket+"/k", body, "Content-Type", row.contentType, "Content-Encoding", row.encoding).header.Get("Etag")
		header := []string{"Accept-Encoding", row.accept}
		if row.byteRange != "" {
			header = append(header, "Range", row.byteRange)
		}
		got := h.raw("GET", "/"+testBucket+"/k", nil, header...)
		name := fmt.Sprintf("%+v", row)
		if got.header.Get("x-oss-hash-crc64ecma") != crcText(body) {
			t.Errorf("%s: crc %s", name, got.header.Get("x-oss-hash-crc64ecma"))
		}
		if !row.gzipped {
			if got.header.Get("Content-Encoding") != row.encoding || got.header.Get("Etag") != etag || !bytes.HasPrefix(body, got.body) || got.header.Get("Content-Length") != fmt.Sprint(len(got.body)) {
				t.Errorf("%s: %v", name, got.header)
			}
			continue
		}
		for _, absent := range []string{"Etag", "Content-Length", "Content-Md5", "Accept-Ranges"} {
			if v := got.header.Get(absent); v != "" {
				t.Errorf("%s: %s %q", name, absent, v)
			}
		}
		if got.header.Get("Content-Encoding") != "gzip" || got.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v", name, got.header)
		}
		z, err := gzip.NewReader(bytes.NewReader(got.body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, body) {
			t.Errorf("%s: %d bytes, %v", name, len(plain), err)
		}
		if head := h.raw("HEAD", "/"+testBucket+"/k", nil, header...); head.header.Get("Etag") != etag || head.header.Get("Content-Length") != fmt.Sprint(len(body)) {
			t.Errorf("%s: head %v", name, head.header)
		}
	}
}

// TestGzipSDK: a transport that asks for gzip by itself gives the SDK the plain
// bytes, whose CRC-64 the answer still tells.
func TestGzipSDK(t *testing.T) {
	h := newHarness(t)
	body := strings.Repeat("text ", 10_000)
	h.put("k", body, func(r *oss.PutObjectRequest) { r.ContentType = oss.Ptr("text/css") })
	transport := &http.Transport{DialContext: h.DialContext}
	defer transport.CloseIdleConnections()
	client := h.newClient(func(c *oss.Config) { c.WithHttpClient(&http.Client{Transport: transport}) })
	got, err := client.GetObject(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k")})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if plain, err := io.ReadAll(got.Body); err != nil || string(plain) != body || got.ETag != nil {
		t.Errorf("%d bytes, etag %v, %v", len(plain), got.ETag, err)
	}
}
