package ossserver

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseTarget(t *testing.T) {
	for _, row := range []struct {
		path, host, endpoint string
		want                 target
	}{
		{"/", "127.0.0.1:9000", "", target{}},
		{"/b", "127.0.0.1", "", target{bucket: "b", key: ""}},
		{"/b/", "localhost:80", "", target{bucket: "b", key: ""}},
		{"/b/k", "[::1]:80", "", target{bucket: "b", key: "k"}},
		{"/b//lead", "::1", "", target{bucket: "b", key: "/lead"}},
		{"/b/a/../b", "localhost", "", target{bucket: "b", key: "a/../b"}},
		{"/b/a%2Fb%25%00+", "localhost", "", target{bucket: "b", key: "a/b%\x00+"}},
		{"/b/dir/", "localhost", "", target{bucket: "b", key: "dir/"}},
		{"/", "b.localhost:80", "", target{bucket: "b", key: ""}},
		{"/k/x", "B.localhost", "", target{bucket: "b", key: "k/x"}},
		{"/b/k", "oss-cn-hangzhou.aliyuncs.com", "", target{bucket: "b", key: "k"}},
		{"/k", "b.oss-cn-hangzhou.aliyuncs.com", "", target{bucket: "b", key: "k"}},
		{"/b/k", "store.example.org:9000", "store.example.org:9000", target{bucket: "b", key: "k"}},
		{"/k", "b.store.example.org:9000", "http://store.example.org:9000/", target{bucket: "b", key: "k"}},
		{"/k", "b.store.example.org", "", target{bucket: "b", key: "k"}},
	} {
		got, err := parseTarget(row.path, row.host, row.endpoint)
		if err != nil || got != row.want {
			t.Errorf("%s on %s: got %+v %v, want %+v", row.path, row.host, got, err, row.want)
		}
	}
	for _, path := range []string{"/b/%", "/b/%zz", "//k", "/%2/k"} {
		if got, err := parseTarget(path, "localhost", ""); err == nil {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}

// TestEndpoint: the endpoint of a bucket leads back to the server.
func TestEndpoint(t *testing.T) {
	for _, row := range []struct{ option, host, want string }{
		{"", "127.0.0.1:9000", "127.0.0.1:9000"},
		{"", "b.localhost:9000", "localhost:9000"},
		{"store.example.org", "127.0.0.1:9000", "store.example.org"},
	} {
		s := &Server{options: Options{Endpoint: row.option}}
		if got := s.endpoint(&call{request: &http.Request{Host: row.host}}); got != row.want {
			t.Errorf("%q on %q: got %q, want %q", row.option, row.host, got, row.want)
		}
	}
}

func FuzzTarget(f *testing.F) {
	f.Add("/b/k", "127.0.0.1:80", "")
	f.Add("/b//a%2Fb/../c", "b.localhost", "localhost:1")
	f.Add("//", "[::1", "http://x/")
	f.Fuzz(func(t *testing.T, path, host, endpoint string) {
		got, err := parseTarget(path, host, endpoint)
		if err != nil {
			return
		}
		// What was parsed can be written and parsed again.
		again, err := parseTarget("/"+escapeName(got.bucket, false)+"/"+escapeName(got.key, true), "localhost", "")
		if got.bucket != "" && (err != nil || again != got) {
			t.Errorf("%+v becomes %+v, %v", got, again, err)
		}
		if got.bucket == "" && got.key != "" {
			t.Errorf("key without bucket: %+v", got)
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("list-type=2&prefix=a%2Fb&uploads")
	f.Add("a=+&b&=&&c=%zz")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(raw)
		if err != nil {
			return
		}
		for _, p := range q {
			if !q.has(p.name) || q.get(p.name) != p.value {
				t.Errorf("%q of %q", p, raw)
			}
		}
		c := &call{request: &http.Request{}, query: q}
		c.canonicalQueryV4()
		c.canonicalResourceV1()
	})
}

func FuzzRange(f *testing.F) {
	for _, s := range []string{"bytes=0-1", "bytes=-5", "bytes=5-", "bytes=9-1", "bytes=1-2,3-4"} {
		f.Add(s, int64(10), true)
		f.Add(s, int64(0), false)
	}
	f.Fuzz(func(t *testing.T, header string, size int64, strict bool) {
		if size < 0 {
			return
		}
		r, err := parseRange(header, size, strict)
		if err != nil {
			if !strict {
				t.Errorf("lax range %q of %d: %v", header, size, err)
			}
			return
		}
		if r.offset < 0 || r.length < 0 || r.offset+r.length > size || r.partial && r.length == 0 || !r.partial && r.length != size {
			t.Errorf("%q of %d gives %+v", header, size, r)
		}
	})
}

func FuzzAuthorization(f *testing.F) {
	f.Add("OSS4-HMAC-SHA256 Credential=id/20260501/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=host;range,Signature=ab")
	f.Add("OSS id:sig")
	f.Add("OSS4-HMAC-SHA256 ,")
	s := &Server{options: Options{Region: "cn-hangzhou"}.withDefaults()}
	f.Fuzz(func(t *testing.T, authorization string) {
		if sig, err := parseAuthorizationV4(authorization); err == nil && (sig.accessKeyID == "" || sig.signature == "") {
			t.Errorf("%q gives %+v", authorization, sig)
		}
		r := httptest.NewRequest("GET", "/b/k", nil)
		r.Header.Set("Authorization", authorization)
		r.Header.Set("Date", s.now().UTC().Format(http.TimeFormat))
		if signed, err := s.authenticate(&call{request: r, target: target{bucket: "b", key: "k"}}); err == nil && (signed || authorization != "") {
			t.Errorf("%q let in", authorization)
		}
	})
}

func FuzzDocuments(f *testing.F) {
	f.Add("<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>")
	f.Add("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;A&quot;</ETag></Part></CompleteMultipartUpload>")
	for _, c := range configCases() {
		f.Add(c.document)
		for doc := range c.refused {
			f.Add(doc)
		}
	}
	f.Add("<RestoreRequest><Days>2</Days><JobParameters><Tier>Bulk</Tier></JobParameters></RestoreRequest>")
	f.Add("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
	f.Add("<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>")
	f.Fuzz(func(t *testing.T, doc string) {
		if d, err := parseDeleteDocument([]byte(doc)); err == nil {
			for _, o := range d.Objects {
				if checkKey(o.Key) != nil {
					t.Errorf("key %q", o.Key)
				}
			}
		}
		if parts, err := parseComplete("", []byte(doc)); err == nil {
			last := 0
			for _, p := range parts {
				if p.Number <= last || p.Number > maxPartNumber {
					t.Errorf("part %d behind %d", p.Number, last)
				}
				last = p.Number
			}
		}
		parseBucketSettings(nil, []byte(doc))
		parseVersioning([]byte(doc))
		if days, tier, err := parseRestore([]byte(doc)); err == nil {
			for _, class := range []string{"Archive", "ColdArchive", "DeepColdArchive"} {
				if terms, err := termsFor(class, days, tier); err == nil && (terms.days < 1 || terms.days > 365 || terms.takes <= 0) {
					t.Errorf("%q gives %+v", doc, terms)
				}
			}
		}
		if tags, err := parseTagging([]byte(doc), maxTags); err == nil {
			again, err := parseTagHeader(formatTags(tags))
			if err != nil || !slices.Equal(again, tags) {
				t.Errorf("tags %v become %v, %v", tags, again, err)
			}
		}
		for _, c := range configs() {
			c.check([]byte(doc))
		}
	})
}

func FuzzCopySource(f *testing.F) {
	f.Add("/bucket/a%20b")
	f.Add("bucket/k?versionId=x")
	f.Fuzz(func(t *testing.T, v string) {
		if source, err := parseCopySource(v); err == nil && (checkBucketName(source.bucket) != nil || checkKey(source.key) != nil) {
			t.Errorf("%q gives %+v", v, source)
		}
	})
}

// FuzzVersionID: an id that is read stands for one order, and is written so.
func FuzzVersionID(f *testing.F) {
	f.Add(versionID(0))
	f.Add(versionID(1<<64 - 1))
	f.Add("null")
	f.Fuzz(func(t *testing.T, id string) {
		if order, err := parseVersionID(id); err == nil && versionID(order) != id {
			t.Errorf("%q gives %d", id, order)
		}
	})
}

// FuzzVersionKey: the keys of versions order by key, then from new to old, and
// can be taken apart.
func FuzzVersionKey(f *testing.F) {
	f.Add("a", uint64(1), "a", uint64(2))
	f.Add("a\x00", uint64(0), "a", uint64(1<<63))
	f.Add("a\x00\xff", uint64(7), "a\x00", uint64(7))
	f.Fuzz(func(t *testing.T, key string, order uint64, other string, otherOrder uint64) {
		a, b := versionKey([]byte(key), order), versionKey([]byte(other), otherOrder)
		want := cmp.Or(strings.Compare(key, other), cmp.Compare(otherOrder, order))
		if got := bytes.Compare(a, b); got != want {
			t.Errorf("%q %d against %q %d: %d, want %d", key, order, other, otherOrder, got, want)
		}
		if k, o := splitVersionKey(a); string(k) != key || o != order {
			t.Errorf("%q %d becomes %q %d", key, order, k, o)
		}
	})
}

// FuzzXMLText: what is written can be read, and is the same but for what XML
// cannot hold.
func FuzzXMLText(f *testing.F) {
	f.Add("a<b>&\"'\t\n\r\x00\xff中")
	f.Fuzz(func(t *testing.T, s string) {
		w := newDocument()
		w.text("E", s)
		var got string
		if err := xml.Unmarshal(w.bytes(), &got); err != nil {
			t.Fatal(err)
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
				return utf8.RuneError
			}
			return r
		}, s)
		if got != want {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}
