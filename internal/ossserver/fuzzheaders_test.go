package ossserver

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzHeaders: every header of a request is taken or refused in the form of the
// service, and what is taken survives being stored and told.
func FuzzHeaders(f *testing.F) {
	for _, row := range [][2]string{
		{"x-oss-meta-a", " b,c "}, {"x-oss-meta-", "x"}, {"x-oss-tagging", "a=1&b"}, {"x-oss-object-acl", "default"},
		{"x-oss-storage-class", "IA"}, {"x-oss-server-side-encryption", "KMS"}, {"x-oss-server-side-data-encryption", "SM4"},
		{"x-oss-forbid-overwrite", "True"}, {"x-oss-metadata-directive", "replace"}, {"x-oss-traffic-limit", "819200"},
		{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}, {"If-Match", `"a", *`}, {"If-Modified-Since", "Fri, 01 May 2026 00:00:00 GMT"},
		{"x-oss-symlink-target", "a%2"}, {"Origin", "http://a.example.com"}, {"Access-Control-Request-Headers", "x-oss-a, ,b"},
		{"Content-Type", "\xff"}, {"Expires", "0"}, {"x-oss-security-token", "t"}, {"x-oss-unknown", ""},
	} {
		f.Add(row[0], row[1])
	}
	cors, err := parseCORS([]byte(corsRules))
	if err != nil {
		f.Fatal(err)
	}
	table := rules()
	f.Fuzz(func(t *testing.T, name, value string) {
		h := make(http.Header)
		h.Set(name, value)
		for _, r := range table {
			taken(t, name, r.checkHeaders(h))
		}
		if a, err := parseAttributes(h); taken(t, value, err) {
			checkStored(t, a)
		}
		_, err := parseStorageClass(h, classStandard)
		taken(t, value, err)
		for _, name := range []string{"X-Oss-Forbid-Overwrite", "X-Oss-Quiet"} {
			_, err := parseFlag(h, name)
			taken(t, value, err)
		}
		_, err = parseDirective(h, "X-Oss-Metadata-Directive")
		taken(t, value, err)
		_, err = parseContentMD5(h)
		taken(t, value, err)
		for _, prefix := range []string{"", "X-Oss-Copy-Source-"} {
			taken(t, value, parseConditions(h, prefix).check(&objectRecord{etag: "A", modified: 1}))
		}
		c := &call{request: &http.Request{Header: h}, operation: GetObject}
		if pace, err := c.parsePace(); taken(t, value, err) && pace != nil && (pace.Limit()*8 < lowestTrafficLimit || pace.Limit()*8 > highestTrafficLimit) {
			t.Errorf("%q: %v bytes a second", value, pace.Limit())
		}
		cors.match(h.Get("Origin"), "GET", strings.Split(value, ","))
	})
}

// checkStored writes attributes into a record and reads them again.
func checkStored(t *testing.T, a attributes) {
	t.Helper()
	record, err := (&objectRecord{kind: kindNormal, attributes: a}).encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeObject(record)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, got.attributes, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("stored (-) and read (+):\n%s", d)
	}
	writeObjectHeaders(make(http.Header), got, time.Unix(0, 0))
}

// FuzzTagging: tags that are taken are the same in a header and in a document.
func FuzzTagging(f *testing.F) {
	f.Add("a=1&b=%20&c")
	f.Add("a=1&a=2")
	f.Add("%zz=")
	f.Add(strings.Repeat("a", maxTagKey) + "=" + strings.Repeat("b", maxTagValue))
	f.Fuzz(func(t *testing.T, header string) {
		tags, err := parseTagHeader(header)
		if !taken(t, header, err) || len(tags) == 0 {
			return
		}
		w := newDocument()
		w.tagging(tags)
		again, err := parseTagging(w.bytes(), maxTags, isTagText)
		if err != nil || !slices.Equal(again, tags) {
			t.Errorf("%q becomes %v, %v", header, again, err)
		}
		if again, err = parseTagHeader(formatTags(tags)); err != nil || !slices.Equal(again, tags) {
			t.Errorf("%q becomes %v, %v", header, again, err)
		}
		q := query{{"tagging", `"` + tags[0].Key + `":"` + tags[0].Value + `"`}}
		if wanted, err := parseTagFilter(q); !strings.Contains(tags[0].Key, ":") && (err != nil || !slices.Equal(wanted.tags, tags[:1])) {
			t.Errorf("%v gives %+v, %v", q, wanted, err)
		}
	})
}

// FuzzSigned: what the SDK signs is let in, and nothing else is with the same
// signature.
func FuzzSigned(f *testing.F) {
	f.Add("a", "b", "x", "y", false)
	f.Add("a b/+%/\x00中", "a b/ %", "  x ", "x,", true)
	f.Add("a?acl", "a", "a\nb", "a", true)
	f.Add("k", "k", "text/plain; charset=\"utf-8\"", "", false)
	s := &Server{options: Options{Credentials: map[string]string{testKeyID: testSecret}}.withDefaults()}
	f.Fuzz(func(t *testing.T, key, otherKey, value, otherValue string, v1 bool) {
		if checkKey(key) != nil || checkKey(otherKey) != nil || !isHeaderValue(value) || !isHeaderValue(otherValue) {
			t.Skip()
		}
		version := signer.Signer(&signer.SignerV4{})
		if v1 {
			version = &signer.SignerV1{}
		}
		r := httptest.NewRequest("GET", "http://127.0.0.1/b/"+escapeName(key, true)+"?response-content-type="+escapeName(value, false), nil)
		r.Header.Set("X-Oss-Meta-A", value)
		err := version.Sign(context.Background(), &signer.SigningContext{
			Product: oss.Ptr("oss"), Region: oss.Ptr("cn-hangzhou"), Bucket: oss.Ptr("b"), Key: &key, Request: r,
			Credentials: &credentials.Credentials{AccessKeyID: testKeyID, AccessKeySecret: testSecret},
		})
		if err != nil {
			t.Fatal(err)
		}
		signed := func(method, key, override, header string) bool {
			header = strings.TrimSpace(header)
			changed := r.Clone(context.Background())
			changed.Method = method
			changed.Header.Set("X-Oss-Meta-A", header)
			c := &call{request: changed, target: target{bucket: "b", key: key}, query: query{{"response-content-type", override}}}
			ok, err := s.authenticate(c)
			return taken(t, r.URL, err) && ok
		}
		if !signed("GET", key, value, value) {
			t.Errorf("%q with %q: refused", key, value)
		}
		if signed("PUT", key, value, value) {
			t.Errorf("%q with %q: let in with another method", key, value)
		}
		if key != otherKey && signed("GET", otherKey, value, value) {
			t.Errorf("%q is let in with the signature of %q", otherKey, key)
		}
		if value != otherValue && signed("GET", key, otherValue, value) {
			t.Errorf("%q is let in with the signature of query %q", otherValue, value)
		}
		if strings.TrimSpace(value) != strings.TrimSpace(otherValue) && signed("GET", key, value, otherValue) {
			t.Errorf("%q is let in with the signature of header %q", otherValue, value)
		}
	})
}

// FuzzCORS: what a bucket takes as rules can be used for any request.
func FuzzCORS(f *testing.F) {
	f.Add(corsRules, "http://a.example.com", "PUT", "x-oss-meta-a")
	f.Add("<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule></CORSConfiguration>", "", "GET", "")
	f.Fuzz(func(t *testing.T, doc, origin, method, header string) {
		d, err := parseCORS([]byte(doc))
		if !taken(t, doc, err) {
			return
		}
		r := d.match(origin, method, []string{header})
		if r == nil {
			return
		}
		if !slices.Contains(r.Methods, method) {
			t.Errorf("%q lets %q", doc, method)
		}
		h := make(http.Header)
		r.writeHeaders(h, origin)
		if got := h.Get("Access-Control-Allow-Origin"); got != "*" && got != origin {
			t.Errorf("%q allows %q for %q", doc, got, origin)
		}
	})
}

// FuzzConfigs: a setting that is taken is given back as a document that can be
// read, and that is taken again and stays as it is.
func FuzzConfigs(f *testing.F) {
	for i, c := range configs() {
		for _, row := range configCases() {
			if row.name == c.name {
				f.Add(i, row.document)
				f.Add(i, `<?xml version="1.0" encoding="UTF-8"?>`+row.document+"<!-- x -->\n")
			}
		}
	}
	h := newHarness(f)
	f.Fuzz(func(t *testing.T, i int, doc string) {
		all := configs()
		c := all[max(i, -(i+1))%len(all)]
		ask := func(method, body string) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, newSignedRequest(t, method, "http://127.0.0.1/"+testBucket+"/?"+c.name, strings.NewReader(body)))
			return w
		}
		put := ask("PUT", doc)
		if put.Code != 200 {
			checkRefusal(t, put, false)
			return
		}
		got := ask("GET", "").Body.String()
		if !c.json {
			checkXML(t, strings.NewReader(got))
		}
		put = ask("PUT", got)
		if again := ask("GET", "").Body.String(); put.Code != 200 || again != got {
			t.Errorf("%s: %q became %q and then %q: %s", c.name, doc, got, again, put.Body)
		}
		if c.remove != "" {
			if removed := ask("DELETE", ""); removed.Code != 204 {
				t.Errorf("%s: %d %s", c.name, removed.Code, removed.Body)
			}
		}
	})
}
