package ossserver

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// wire sends bytes to a server over TCP and only then reads the answer to them,
// as simple clients do.
func (h *harness) wire(addr string, sent ...[]byte) answer {
	h.t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	for _, b := range sent {
		if _, err := conn.Write(b); err != nil {
			h.t.Fatalf("send: %v", err)
		}
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		h.t.Fatalf("answer: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatalf("answer: %v", err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

// signedHead is a request without its body and what tells of that.
func signedHead(t *testing.T, method, path string, header ...string) []byte {
	t.Helper()
	r := newSignedRequest(t, method, "http://127.0.0.1"+path, nil, header...)
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path)
	if err := r.Header.Write(&head); err != nil {
		t.Fatal(err)
	}
	return head.Bytes()
}

func onTCP(t *testing.T, h *harness) (addr string) {
	web := httptest.NewServer(h.Server)
	t.Cleanup(web.Close)
	return web.Listener.Addr().String()
}

// TestNoLength: what makes content of a body is refused when the request tells of
// none; it would be stored empty.
func TestNoLength(t *testing.T) {
	h := newHarness(t)
	addr := onTCP(t, h)
	id := h.initiate("u")
	for _, row := range []struct{ method, path string }{
		{"PUT", "/k"},
		{"POST", "/k?append&position=0"},
		{"PUT", "/u?partNumber=1&uploadId=" + id},
		{"POST", "/"},
		{"POST", "/?delete"},
	} {
		got := h.wire(addr, signedHead(t, row.method, "/"+testBucket+row.path), []byte("\r\n"))
		if got.status != 411 || got.code() != "MissingContentLength" || got.header.Get("x-oss-ec") != "0017-00000101" {
			t.Errorf("%s %s: %d %s %s", row.method, row.path, got.status, got.code(), got.header.Get("x-oss-ec"))
		}
	}
	if names := h.names("", "", 10); names != nil {
		t.Errorf("made %q", names)
	}
	if got := h.wire(addr, signedHead(t, "PUT", "/"+testBucket+"/k"), []byte("Content-Length: 0\r\n\r\n")); got.status != 200 {
		t.Errorf("length 0: %d %s", got.status, got.code())
	}
	if got := h.wire(addr, signedHead(t, "PUT", "/other-bucket"), []byte("\r\n")); got.status != 200 {
		t.Errorf("bucket: %d %s", got.status, got.code())
	}
}

// TestMalformedChunks: a chunked body that cannot be read is the client's fault.
func TestMalformedChunks(t *testing.T) {
	h := newHarness(t)
	addr := onTCP(t, h)
	for _, path := range []string{"/k", "/k?append&position=0", "/k?acl"} {
		method := "PUT"
		if strings.Contains(path, "append") {
			method = "POST"
		}
		for _, body := range []string{"zz\r\nhello", "ffffffffffffffffff\r\nx", "-1\r\n", "5\r\nhelloXX", "5 5\r\n"} {
			got := h.wire(addr, signedHead(t, method, "/"+testBucket+path), []byte("Transfer-Encoding: chunked\r\n\r\n"+body))
			if path != "/k?acl" && (got.status != 400 || got.code() != "InvalidRequest") {
				t.Errorf("%s %q: %d %s", path, body, got.status, got.code())
			}
		}
	}
	if n := h.contentFiles(); n != 0 || h.names("", "", 10) != nil {
		t.Errorf("left %d files", n)
	}
}

// TestRefusedWhileSending: a client that sends all of a large body before it looks
// for an answer finds it.
func TestRefusedWhileSending(t *testing.T) {
	h := newHarness(t)
	h.put("k", "there")
	addr := onTCP(t, h)
	body := make([]byte, 30<<20)
	length := fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body))
	chunked := fmt.Appendf(nil, "Transfer-Encoding: chunked\r\n\r\n%x\r\n", len(body))
	for _, row := range []struct {
		code string
		sent [][]byte
	}{
		{"NoSuchBucket", [][]byte{signedHead(t, "PUT", "/nosuchbucket/k"), length, body}},
		{"NoSuchBucket", [][]byte{signedHead(t, "PUT", "/nosuchbucket/k"), chunked, body, []byte("\r\n0\r\n\r\n")}},
		{"FileAlreadyExists", [][]byte{signedHead(t, "PUT", "/"+testBucket+"/k", "x-oss-forbid-overwrite", "true"), length, body}},
		{"AccessDenied", [][]byte{[]byte("PUT /" + testBucket + "/k HTTP/1.1\r\nHost: 127.0.0.1\r\n"), length, body}},
		{"MalformedXML", [][]byte{signedHead(t, "PUT", "/"+testBucket+"/?versioning"), length, body}},
	} {
		if got := h.wire(addr, row.sent...); got.code() != row.code {
			t.Errorf("%d %s, want %s", got.status, got.code(), row.code)
		}
	}
}

// TestRefusedWhileStalling: a client that sends no more is not waited for long.
func TestRefusedWhileStalling(t *testing.T) {
	h := newHarness(t)
	ended := make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		h.Server.ServeHTTP(w, r)
	}))
	defer web.Close()
	got := h.wire(web.Listener.Addr().String(), signedHead(t, "PUT", "/nosuchbucket/k"), []byte("Content-Length: 1000000000\r\n\r\nbody"))
	if got.code() != "NoSuchBucket" {
		t.Errorf("%d %s", got.status, got.code())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*lingerTime)
	defer cancel()
	select {
	case <-ended:
	case <-ctx.Done():
		t.Error("still reading")
	}
}
