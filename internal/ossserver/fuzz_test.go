package ossserver

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzServe sends signed requests of any shape past the network: none may make
// the server panic or fail, and every document it answers is well formed.
func FuzzServe(f *testing.F) {
	f.Add("GET", "/bucket/", "list-type=2&delimiter=/&prefix=a&max-keys=3&encoding-type=url", "", "", "")
	f.Add("PUT", "/bucket/a%20b", "", "body", "x-oss-meta-a", "b")
	f.Add("GET", "/bucket/a%20b", "", "", "Range", "bytes=1-2")
	f.Add("PUT", "/bucket/copy", "", "", "x-oss-copy-source", "/bucket/a%20b")
	f.Add("POST", "/bucket/k", "uploads", "", "", "")
	f.Add("POST", "/bucket/k", "uploadId=0", "<CompleteMultipartUpload/>", "", "")
	f.Add("POST", "/bucket/", "delete", "<Delete><Object><Key>k</Key></Object></Delete>", "Content-MD5", "x")
	f.Add("GET", "/", "marker=a", "", "", "")
	f.Add("GET", "/bucket/", "versions&key-marker=a&version-id-marker="+versionID(1), "", "", "")
	f.Add("PUT", "/bucket/", "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "", "")
	f.Add("DELETE", "/bucket/k", "versionId=null", "", "", "")
	f.Add("POST", "/bucket/log", "append&position=0", "line", "", "")
	f.Add("PUT", "/bucket/l", "symlink", "", "x-oss-symlink-target", "a%20b")
	f.Add("PUT", "/bucket/k", "tagging", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "", "")
	f.Add("POST", "/bucket/k", "restore", "", "", "")
	f.Add("OPTIONS", "/bucket/k", "", "", "Origin", "http://a")
	f.Add("PUT", "/bucket/", "cors", corsRules, "", "")
	f.Add("GET", "/", "tag-key=a&tag-value=b", "", "", "")
	f.Add("GET", "/bucket/", "live&max-keys=3", "", "x-oss-traffic-limit", "838860800")
	f.Add("PUT", "/bucket/", "lifecycle", "<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>", "", "")
	f.Add("HEAD", "/bucket/", "", "", "Authorization", "OSS x:y")
	f.Add("0", "/bucket/\x00%1F\xa2", "prefix=%00", "", "x-oss-s\xa2urce", "\x00\x10")
	h := newHarness(f)
	f.Fuzz(func(t *testing.T, method, path, rawQuery, body, name, value string) {
		u, err := url.Parse("http://127.0.0.1" + path)
		if err != nil || !strings.HasPrefix(u.Path, "/") || u.RawQuery != "" {
			t.Skip()
		}
		u.RawQuery = rawQuery
		r := &http.Request{Method: method, URL: u, Header: make(http.Header), Host: u.Host,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
		if name != "" {
			r.Header.Set(name, value)
		}
		if _, err := parseTarget(u.EscapedPath(), u.Host, ""); err == nil {
			signV4(t, r, testKeyID, testSecret, "cn-hangzhou", time.Now())
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 300 {
			checkRefusal(t, w, method == "HEAD")
		} else if w.Header().Get("Content-Type") == "application/xml" && w.Header().Get("Etag") == "" {
			checkXML(t, w.Body)
		}
		checkListable(t, h)
	})
}

// taken reports whether a parser took its input. What is refused is so in the
// form of the service, and is the fault of the client.
func taken(t *testing.T, input any, err error) bool {
	t.Helper()
	if err == nil {
		return true
	}
	var refused *apiError
	if !errors.As(err, &refused) || refused.code == "" || !isRefusal(refused.status) {
		t.Errorf("%q: %v", input, err)
	}
	return false
}

func isRefusal(status int) bool {
	return status == http.StatusNotModified || status == http.StatusNotImplemented || 400 <= status && status < 500
}

// checkRefusal wants an answer to be an error document of the service, which in
// the answer to a HEAD is a header.
func checkRefusal(t *testing.T, w *httptest.ResponseRecorder, head bool) {
	t.Helper()
	if w.Code == http.StatusNotModified {
		return
	}
	text := w.Body.Bytes()
	if head {
		var err error
		if text, err = base64.StdEncoding.DecodeString(w.Header().Get("x-oss-err")); err != nil || w.Body.Len() > 0 {
			t.Errorf("HEAD: body of %d bytes, x-oss-err %q: %v", w.Body.Len(), w.Header().Get("x-oss-err"), err)
		}
	}
	var d struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string   `xml:"Code"`
		Message   string   `xml:"Message"`
		RequestID string   `xml:"RequestId"`
		EC        string   `xml:"EC"`
	}
	err := xml.Unmarshal(hideControls(text), &d)
	if err != nil || !isRefusal(w.Code) || d.Code == "" || d.Message == "" ||
		d.RequestID != w.Header().Get("x-oss-request-id") || d.EC != w.Header().Get("x-oss-ec") {
		t.Errorf("%d %q: %v", w.Code, text, err)
	}
}

// checkListable wants the server to be in order, whatever it was asked before.
func checkListable(t *testing.T, h *harness) {
	t.Helper()
	for _, path := range []string{"/", "/" + testBucket + "/?versions&encoding-type=url", "/" + testBucket + "/?uploads&encoding-type=url"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, newSignedRequest(t, "GET", "http://127.0.0.1"+path, nil))
		if w.Code != 200 && (w.Code != 404 || path == "/") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		checkXML(t, w.Body)
	}
}

// checkXML wants a document that can be read, control characters aside.
func checkXML(t *testing.T, doc io.Reader) {
	t.Helper()
	text, err := io.ReadAll(doc)
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(hideControls(text)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
}
