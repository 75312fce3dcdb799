package ossserver

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

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
	f.Add("max-keys=1000&part-number-marker=10000&partNumber=1&position=0&continuation-token=YQ&encoding-type=url")
	f.Add("tag-key=a&tag-value=b&versionId=" + versionID(7))
	f.Add("tagging=%22a%22%3A%22b%22&versionId=null&max-keys=-1&position=%2B1")
	f.Add(manyParameters(maxParameters + 1))
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
		checkParameters(t, q)
	})
}

// manyParameters is a query of n parameters.
func manyParameters(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("p%d", i)
	}
	return strings.Join(names, "&")
}

// checkParameters gives a query to all that read one.
func checkParameters(t *testing.T, q query) {
	t.Helper()
	if len(q) > maxParameters {
		t.Errorf("%d parameters", len(q))
	}
	if l, err := parseListing(q); taken(t, q, err) && (l.limit < 1 || l.limit > maxPage) {
		t.Errorf("%q gives %+v", q, l)
	}
	if n, err := parsePartMarker(q); taken(t, q, err) && (n < 0 || n > maxPartNumber) {
		t.Errorf("%q: part marker %d", q, n)
	}
	if n, err := parsePartNumber(q); taken(t, q, err) && (n < 1 || n > maxPartNumber) {
		t.Errorf("%q: part %d", q, n)
	}
	if n, err := parsePosition(q.get("position")); taken(t, q, err) && n < 0 {
		t.Errorf("%q: position %d", q, n)
	}
	if last, err := decodeToken(q.get("continuation-token")); taken(t, q, err) && last == "" {
		t.Errorf("%q: empty token", q)
	}
	_, err := parseTagFilter(q)
	taken(t, q, err)
	taken(t, q, checkVersionID(q.get("versionId")))
	for _, p := range q {
		if last, err := decodeToken(encodeToken(p.name)); p.name != "" && (err != nil || last != p.name) {
			t.Errorf("token of %q gives %q, %v", p.name, last, err)
		}
	}
	table := rules()
	for _, r := range table {
		_, err := route(table, r.method, target{bucket: "b", key: "k"}, q, false)
		taken(t, q, err)
	}
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
		if !taken(t, header, err) {
			if !strict {
				t.Errorf("lax range %q of %d: %v", header, size, err)
			}
			return
		}
		if r.offset < 0 || r.length < 0 || r.offset+r.length > size || r.partial && r.length == 0 || !r.partial && r.length != size {
			t.Errorf("%q of %d gives %+v", header, size, r)
		}
		part, err := parseCopyRange(header, size)
		if taken(t, header, err) && (part.offset < 0 || part.length < 0 || part.offset+part.length > size || part.length > maxPutSize) {
			t.Errorf("copy of %q of %d gives %+v", header, size, part)
		}
	})
}

// FuzzAuthorization: a signature that was not made with the secret is never let
// in, wherever it stands.
func FuzzAuthorization(f *testing.F) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	date, stamp := now.Format(http.TimeFormat), now.Format(timeV4)
	const scope = testKeyID + "/20260501/cn-hangzhou/oss/aliyun_v4_request"
	f.Add("OSS4-HMAC-SHA256 Credential="+scope+",AdditionalHeaders=host;range,Signature=ab", date, stamp, "")
	f.Add("OSS4-HMAC-SHA256 Credential="+scope+",Signature=ab", date, "", "")
	f.Add("OSS "+testKeyID+":sig", date, "", "")
	f.Add("OSS2 AccessKeyId:"+testKeyID+",AdditionalHeaders:host;date,Signature:sig", date, "", "")
	f.Add("", "", "", "x-oss-signature-version=OSS2&x-oss-access-key-id="+testKeyID+"&x-oss-signature=x&x-oss-expires=9223372036854775807&x-oss-additional-headers=host")
	f.Add("OSS4-HMAC-SHA256 ,", "", "", "")
	f.Add("", "", "", "OSSAccessKeyId="+testKeyID+"&Signature=x&Expires=9223372036854775807&acl")
	f.Add("", "", "", "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=ab&x-oss-expires=60&x-oss-date="+stamp+
		"&x-oss-additional-headers=host&x-oss-credential="+url.QueryEscape(scope))
	f.Add("OSS4-HMAC-SHA256 Credential="+scope+",AdditionalHeaders="+strings.Repeat("host;", 100)+",Signature=ab", date, stamp, "")
	s := &Server{options: Options{Credentials: map[string]string{testKeyID: testSecret}, Now: func() time.Time { return now }}.withDefaults()}
	f.Fuzz(func(t *testing.T, authorization, date, stamp, rawQuery string) {
		if sig, err := parseAuthorizationV4(authorization); taken(t, authorization, err) && (sig.accessKeyID == "" || sig.signature == "") {
			t.Errorf("%q gives %+v", authorization, sig)
		}
		q, err := parseQuery(rawQuery)
		if !taken(t, rawQuery, err) {
			return
		}
		r := httptest.NewRequest("GET", "/b/k", nil)
		for name, value := range map[string]string{"Authorization": authorization, "Date": date, "X-Oss-Date": stamp} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if signed, err := s.authenticate(&call{request: r, query: q, target: target{bucket: "b", key: "k"}}); taken(t, authorization, err) && signed {
			t.Errorf("%q, %q, %q, %q let in", authorization, date, stamp, rawQuery)
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
	f.Add(`<?xml version="1.0"?><!DOCTYPE Delete [<!ENTITY a "b">]><Delete xmlns="x"><Object><Key>&a;</Key></Object></Delete>`)
	f.Add("<Delete><Object><Key><![CDATA[a]]>&#1;</Key><VersionId>null</VersionId></Object></Delete>")
	f.Add(strings.Repeat("<a>", 20_000))
	f.Add("<RestoreRequest><Days>2</Days><JobParameters><Tier>Bulk</Tier></JobParameters></RestoreRequest>")
	f.Add("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
	f.Add("<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>")
	f.Fuzz(func(t *testing.T, doc string) {
		if d, err := parseDeleteDocument([]byte(doc)); taken(t, doc, err) {
			for _, o := range d.Objects {
				if checkKey(o.Key) != nil || checkVersionID(o.VersionID) != nil {
					t.Errorf("key %q", o.Key)
				}
			}
		}
		if parts, err := parseComplete("", []byte(doc)); taken(t, doc, err) {
			last := 0
			for _, p := range parts {
				if p.Number <= last || p.Number > maxPartNumber {
					t.Errorf("part %d behind %d", p.Number, last)
				}
				last = p.Number
			}
		}
		_, err := parseBucketSettings(nil, []byte(doc))
		taken(t, doc, err)
		_, err = parseVersioning([]byte(doc))
		taken(t, doc, err)
		if days, tier, err := parseRestore([]byte(doc)); taken(t, doc, err) {
			for _, class := range []string{"Archive", "ColdArchive", "DeepColdArchive"} {
				if terms, err := termsFor(class, days, tier); taken(t, doc, err) && (terms.days < 1 || terms.days > 365 || terms.takes <= 0) {
					t.Errorf("%q gives %+v", doc, terms)
				}
			}
		}
		if tags, err := parseTagging([]byte(doc), maxTags, isTagText); taken(t, doc, err) {
			again, err := parseTagHeader(formatTags(tags))
			if err != nil || !slices.Equal(again, tags) {
				t.Errorf("tags %v become %v, %v", tags, again, err)
			}
		}
		for _, c := range configs() {
			if !taken(t, doc, c.check([]byte(doc))) {
				continue
			}
			if c.asked != nil {
				taken(t, doc, c.asked(http.Header{}, []byte(doc)))
			}
			told := c.told([]byte(doc))
			if again := c.told(told); c.check(told) != nil || !bytes.Equal(again, told) {
				t.Errorf("%s: %q is told as %q, and that as %q", c.name, doc, told, again)
			}
		}
	})
}

func FuzzCopySource(f *testing.F) {
	f.Add("/bucket/a%20b")
	f.Add("bucket/k?versionId=x")
	f.Add("/bucket/a%2Fb%3F?versionId=" + versionID(1))
	f.Add("bucket/%00?versionId=null")
	f.Add("/bucket//k?acl")
	f.Fuzz(func(t *testing.T, v string) {
		source, err := parseCopySource(v)
		if !taken(t, v, err) {
			return
		}
		if checkBucketName(source.bucket) != nil || checkKey(source.key) != nil || checkVersionID(source.version) != nil {
			t.Errorf("%q gives %+v", v, source)
		}
		written := "/" + source.bucket + "/" + escapeName(source.key, true)
		if source.version != "" {
			written += "?versionId=" + source.version
		}
		if again, err := parseCopySource(written); err != nil || again != source {
			t.Errorf("%q becomes %+v, %v", v, again, err)
		}
	})
}
