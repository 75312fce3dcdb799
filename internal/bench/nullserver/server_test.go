package nullserver

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"hash/crc64"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func call(s *Server, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// sums are the ETag and CRC-64 of a text as an answer has them.
func sums(text string) (etag, crc string) {
	sum := md5.Sum([]byte(text))
	return `"` + hex.EncodeToString(sum[:]) + `"`, strconv.FormatUint(crc64.Checksum([]byte(text), ecma), 10)
}

func TestPut(t *testing.T) {
	const text = "hello, world"
	etag, crc := sums(text)
	sum := md5.Sum([]byte(text))
	framed := "5;chunk-signature=00\r\nhello\r\n7\r\n, world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
	for _, tt := range []struct {
		name, body string
		header     []string
	}{
		{"plain", text, nil},
		{"with its MD5", text, []string{"Content-MD5", base64.StdEncoding.EncodeToString(sum[:])}},
		{"in chunks", framed, []string{"X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}},
		{"in chunks, by its encoding", framed, []string{"Content-Encoding", "aws-chunked"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New("bucket")
			tt.header = append(tt.header, "X-Oss-Meta-Token", "t")
			put := call(s, "PUT", "/bucket/a", tt.body, tt.header...)
			head := call(s, "HEAD", "/bucket/a", "")
			for _, w := range []*httptest.ResponseRecorder{put, head} {
				h := w.Header()
				if w.Code != 200 || h.Get("ETag") != etag || h.Get("x-oss-hash-crc64ecma") != crc {
					t.Errorf("%d %v", w.Code, h)
				}
			}
			if h := head.Header(); h.Get("Content-Length") != "12" || h.Get("X-Oss-Meta-Token") != "t" {
				t.Errorf("HEAD: %v", h)
			}
			if got := s.Requests().String(); got != "head 1 · put 1" {
				t.Errorf("requests %q", got)
			}
			s.Reset(0)
			if got := call(s, "HEAD", "/bucket/a", "").Code; got != 404 {
				t.Errorf("status %d after a reset", got)
			}
		})
	}
}

func TestBadBodies(t *testing.T) {
	for name, body := range map[string]string{"no size": "x\r\n", "cut in data": "5\r\nhel", "cut in frame": "3\r\nabc\r\n", "negative": "-1\r\n"} {
		if w := call(New("bucket"), "PUT", "/bucket/a", body, "Content-Encoding", "aws-chunked"); w.Code != 400 {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
	if w := call(New("bucket"), "PUT", "/bucket/a", "text", "Content-MD5", "AAAA"); w.Code != 400 {
		t.Errorf("short MD5: status %d", w.Code)
	}
}

func TestMultipart(t *testing.T) {
	s := New("bucket")
	var begun struct{ UploadId string }
	if err := xml.Unmarshal(call(s, "POST", "/bucket/a?uploads", "").Body.Bytes(), &begun); err != nil {
		t.Fatal(err)
	}
	parts := []string{"first ", strings.Repeat("second ", 100_000), "", "last"}
	for i := range parts {
		i = len(parts) - 1 - i // in any order
		w := call(s, "PUT", fmt.Sprintf("/bucket/a?partNumber=%d&uploadId=%s", i+1, begun.UploadId), parts[i])
		if etag, crc := sums(parts[i]); w.Header().Get("ETag") != etag || w.Header().Get("x-oss-hash-crc64ecma") != crc {
			t.Errorf("part %d: %v", i+1, w.Header())
		}
	}
	whole := strings.Join(parts, "")
	w := call(s, "POST", "/bucket/a?uploadId="+begun.UploadId, "<CompleteMultipartUpload/>", "Authorization", "OSS a:b")
	if _, crc := sums(whole); w.Code != 200 || w.Header().Get("x-oss-hash-crc64ecma") != crc {
		t.Errorf("complete: %d %v", w.Code, w.Header())
	}
	if o := s.objects.get("a"); o.Size != int64(len(whole)) || !strings.HasSuffix(o.etag(dialectOSS), `-4"`) {
		t.Errorf("%+v", o)
	}
	for _, gone := range []string{"PUT", "POST"} {
		if w := call(s, gone, "/bucket/a?partNumber=1&uploadId="+begun.UploadId, ""); w.Code != 404 {
			t.Errorf("%s to an upload that is completed: %d", gone, w.Code)
		}
	}
}

func TestGet(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("0123456789"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := New("bucket")
	s.Load([]Object{{Key: "a", Size: 10, MD5: [16]byte{0xab}, FileTime: time.Unix(42, 0)}}, dir)
	const etag = "AB000000000000000000000000000000"
	for _, tt := range []struct {
		name, want string
		status     int
		header     []string
	}{
		{"whole", "0123456789", 200, nil},
		{"range", "234", 206, []string{"Range", "bytes=2-4"}},
		{"condition that holds", "0123456789", 200, []string{"If-Match", etag}},
		{"condition with quotes", "0123456789", 200, []string{"If-Match", `"` + etag + `"`}},
		{"condition that does not", "", 412, []string{"If-Match", "00"}},
	} {
		w := call(s, "GET", "/bucket/a", "", append(tt.header, "Authorization", "OSS a:b")...)
		if w.Code != tt.status || w.Body.String() != tt.want {
			t.Errorf("%s: %d %q", tt.name, w.Code, w.Body)
		}
		if got := w.Header().Get("x-amz-meta-mtime"); got != "42" {
			t.Errorf("%s: time of the file %q", tt.name, got)
		}
	}
	s.Load([]Object{{Key: "a"}}, "")
	if w := call(s, "GET", "/bucket/a", ""); w.Code != 501 {
		t.Errorf("no content: %d", w.Code)
	}
}

func TestOperations(t *testing.T) {
	s := New("bucket")
	s.Load([]Object{{Key: "a"}, {Key: "b"}, {Key: "c"}}, "")
	for _, tt := range []struct {
		method, target, body string
		status, left         int
		counts               string
	}{
		{"GET", "/bucket/", "", 200, 3, "list 1"},
		{"GET", "/elsewhere", "", 404, 3, "list 1"},
		{"GET", "/bucket?location", "", 200, 3, "bucket 1"},
		{"GET", "/bucket?object-lock", "", 404, 3, "bucket 1"},
		{"HEAD", "/bucket", "", 200, 3, "bucket 1"},
		{"GET", "/bucket?uploads", "", 200, 3, "uploads 1"},
		{"DELETE", "/bucket/a", "", 204, 2, "delete 1"},
		{"POST", "/bucket?delete", "<Delete><Object><Key>b</Key></Object></Delete>", 200, 2, "delete-many 1"},
		{"POST", "/bucket?delete", "<Delete", 400, 3, "delete-many 1"},
		{"DELETE", "/bucket/a?uploadId=u", "", 204, 3, "abort 1"},
		{"POST", "/bucket/a", "", 501, 3, "unknown 1"},
		{"DELETE", "/bucket", "", 501, 3, "unknown 1"},
	} {
		s.Reset(0)
		if w := call(s, tt.method, tt.target, tt.body); w.Code != tt.status {
			t.Errorf("%s %s: status %d, want %d", tt.method, tt.target, w.Code, tt.status)
		}
		if got := s.Requests().String(); got != tt.counts {
			t.Errorf("%s %s: counted %q, want %q", tt.method, tt.target, got, tt.counts)
		}
		left := 0
		for range s.Objects() {
			left++
		}
		if left != tt.left {
			t.Errorf("%s %s: %d objects left, want %d", tt.method, tt.target, left, tt.left)
		}
	}
	s.Reset(0)
	if w := call(s, "PUT", "/bucket/a", "", "X-Oss-Copy-Source", "/bucket/b"); w.Code != 501 {
		t.Errorf("copy: status %d", w.Code)
	}
	if got := (Requests{}).String(); got != "none" {
		t.Errorf("no requests: %q", got)
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New("bucket")
		s.Reset(20 * time.Millisecond)
		began := time.Now()
		call(s, "HEAD", "/bucket", "")
		if took := time.Since(began); took != 20*time.Millisecond {
			t.Errorf("%v", took)
		}
	})
}
