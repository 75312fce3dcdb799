package ossserver

import (
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

const corsRules = `<CORSConfiguration>
<CORSRule><AllowedOrigin>http://*.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>
<AllowedHeader>x-oss-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>
<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule>
<ResponseVary>true</ResponseVary></CORSConfiguration>`

func TestCORS(t *testing.T) {
	h := newHarness(t)
	h.put("k", "x")
	const path = "/" + testBucket + "/k"
	if got := h.anonymous("OPTIONS", path, "", "Origin", "http://a.example.com", "Access-Control-Request-Method", "GET"); got.code() != "AccessForbidden" {
		t.Errorf("no rules: %d %s", got.status, got.code())
	}
	if got := h.raw("PUT", "/"+testBucket+"/?cors", []byte(corsRules)); got.status != 200 {
		t.Fatalf("put: %d %s", got.status, got.body)
	}
	for _, row := range []struct {
		origin, method, headers string
		allowed                 string // origin in the answer, empty when refused
	}{
		{"http://a.example.com", "GET", "", "http://a.example.com"},
		{"http://a.example.com", "PUT", "x-oss-meta-a, X-OSS-date", "http://a.example.com"},
		{"http://a.example.com", "PUT", "x-oss-meta-a, other", ""},
		{"http://a.example.com", "DELETE", "", ""},
		{"http://example.com", "GET", "", ""},
		{"http://other", "HEAD", "", "*"},
	} {
		header := []string{"Origin", row.origin, "Access-Control-Request-Method", row.method}
		if row.headers != "" {
			header = append(header, "Access-Control-Request-Headers", row.headers)
		}
		got := h.anonymous("OPTIONS", path, "", header...)
		status := 200
		if row.allowed == "" {
			status = 403
		}
		if got.status != status || got.header.Get("Access-Control-Allow-Origin") != row.allowed || status == 200 && got.header.Get("Access-Control-Allow-Headers") != row.headers {
			t.Errorf("%+v: %d %v", row, got.status, got.header)
		}
	}
	got := h.raw("GET", path, nil, "Origin", "http://a.example.com")
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "http://a.example.com", "Access-Control-Allow-Methods": "GET, PUT",
		"Access-Control-Expose-Headers": "ETag, x-oss-request-id", "Access-Control-Max-Age": "60", "Vary": "Origin"} {
		if v := got.header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	if got := h.raw("GET", path, nil, "Origin", "http://other"); got.status != 200 || got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("other origin: %d %v", got.status, got.header)
	}
	if got := h.anonymous("OPTIONS", path, ""); got.code() != "InvalidRequest" {
		t.Errorf("no origin: %d %s", got.status, got.code())
	}
	r, err := h.client.OptionObject(t.Context(), &oss.OptionObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"),
		Origin: oss.Ptr("http://a.example.com"), AccessControlRequestMethod: oss.Ptr("GET")})
	if err != nil || *r.AccessControlAllowOrigin != "http://a.example.com" || *r.AccessControlMaxAge != 60 {
		t.Errorf("SDK: %+v, %v", r, err)
	}
}

func FuzzWildcard(f *testing.F) {
	f.Add("http://*.a", "http://x.a")
	f.Add("*", "")
	f.Add("ab*ba", "aba")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		got := matchWildcard(pattern, s)
		want := pattern == s
		for i := range len(pattern) { // by definition: a head, anything, a tail
			if pattern[i] == '*' {
				head, tail := pattern[:i], pattern[i+1:]
				want = len(head)+len(tail) <= len(s) && s[:len(head)] == head && s[len(s)-len(tail):] == tail
				break
			}
		}
		if got != want {
			t.Errorf("%q on %q: %v", pattern, s, got)
		}
	})
}
