package ossserver

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func FuzzPostPolicy(f *testing.F) {
	for _, conditions := range []string{bucketCondition, `["content-length-range",1,10],["in","$a",["b"]]`, `["starts-with","$key",""]`, `["eq","$a",null],{"":""}`} {
		f.Add(base64.StdEncoding.EncodeToString([]byte(`{"expiration":"2126-01-01T00:00:00Z","conditions":[` + conditions + `]}`)))
	}
	f.Fuzz(func(t *testing.T, encoded string) {
		p, err := parsePostPolicy(encoded)
		if err != nil {
			return
		}
		if p.least < 0 || p.most > maxPutSize || p.end.IsZero() && p.check(form{}, time.Now()) == nil {
			t.Errorf("%q gives %+v", encoded, p)
		}
		p.check(form{"key": "k"}, time.Unix(0, 0))
		p.checkSize(1)
	})
}

// FuzzPostObject: whatever a form is, it is answered, and a form that was refused
// leaves nothing behind.
func FuzzPostObject(f *testing.F) {
	body, boundary := posted(signedV1(bucketCondition, field{"key", "k"}), "f", "text/plain", "x")
	f.Add("multipart/form-data; boundary="+boundary, body)
	body, boundary = posted(signedFormV4(`["starts-with","$key","k"]`, field{"key", "k${filename}"}, field{"success_action_status", "201"}), "f", "", "x")
	f.Add("multipart/form-data; boundary="+boundary, body)
	body, boundary = posted([]field{{"key", "k"}, {"x-oss-meta-a", "b"}, {"success_action_redirect", "http://a/"}}, "f", "", "x")
	f.Add("multipart/form-data; boundary="+boundary, body)
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=file\r\n\r\n\r\n--b--"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		h := newHarness(t)
		h.raw("PUT", "/"+testBucket+"/?acl", nil, "x-oss-acl", "public-read-write")
		r := httptest.NewRequest(http.MethodPost, "/"+testBucket+"/", bytes.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		listed := bytes.Contains(h.raw("GET", "/"+testBucket+"/", nil).body, []byte("<Contents>"))
		if stored := w.Code < 400; stored != listed || w.Code >= 500 && w.Code != http.StatusNotImplemented {
			t.Errorf("answered %d %s, object there: %v", w.Code, w.Body, listed)
		}
	})
}
