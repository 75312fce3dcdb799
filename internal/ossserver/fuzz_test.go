package ossserver

import (
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
		if w.Code == http.StatusInternalServerError {
			t.Fatalf("%s %s?%s: %s", method, path, rawQuery, w.Body)
		}
		if w.Header().Get("Content-Type") == "application/xml" && w.Header().Get("Etag") == "" {
			checkXML(t, w.Body)
		}
	})
}

func checkXML(t *testing.T, doc io.Reader) {
	t.Helper()
	d := xml.NewDecoder(doc)
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
