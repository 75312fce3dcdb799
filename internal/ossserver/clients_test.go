package ossserver

import (
	"bufio"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// What is tested here was found with the test suites of other clients.

// TestPassedOver: names that mean nothing for an operation do not stop it. The
// clients of OSS send such to operations that have no use for them.
func TestPassedOver(t *testing.T) {
	h := newHarness(t)
	h.put("source", "x")
	const bucket, key = "/" + testBucket + "/", "/" + testBucket + "/k"
	for _, row := range []struct {
		method, path string
		header       []string
	}{
		{"PUT", key, []string{"x-oss-acl", "private"}},
		{"PUT", key, []string{"x-oss-complete-all", "yes", "x-oss-mine", "1"}},
		{"PUT", key + "?filename=a.txt", []string{"If-Modified-Since", "Fri, 01 May 2026 00:00:00 GMT"}},
		{"GET", key, []string{"x-oss-acl", "private", "x-oss-forbid-overwrite", "true"}},
		{"GET", key + "?cache=1&x-oss-request-payer=requester", nil},
		{"GET", bucket + "?prefixz=k", nil},
		{"PUT", key, []string{"x-oss-copy-source", bucket + "source", "If-Match", `"no"`, "x-oss-copy-source-cache-control", "no-cache"}},
		{"POST", key + "?uploads&versionId=null", []string{"x-oss-object-acl", "private", "x-oss-complete-all", "yes"}},
	} {
		if got := h.raw(row.method, row.path, nil, row.header...); got.status != 200 {
			t.Errorf("%s %s %v: %d %s", row.method, row.path, row.header, got.status, got.code())
		}
	}
}

// TestSignatureComesFirst: who is not let in does not learn what the server has.
func TestSignatureComesFirst(t *testing.T) {
	h := newHarness(t)
	r, err := http.NewRequest("GET", "http://127.0.0.1/"+testBucket+"/?replication", nil)
	if err != nil {
		t.Fatal(err)
	}
	signV4(t, r, testKeyID, "other", "cn-hangzhou", time.Now())
	if got := h.send(r); got.status != 403 || got.code() != "SignatureDoesNotMatch" {
		t.Errorf("%d %s", got.status, got.code())
	}
}

func TestHeadBucket(t *testing.T) {
	h := newHarness(t)
	if got := h.raw("HEAD", "/"+testBucket+"/", nil); got.status != 200 || got.header.Get("x-oss-bucket-region") != "oss-cn-hangzhou" {
		t.Errorf("%d %v", got.status, got.header)
	}
	if got := h.raw("HEAD", "/other-bucket/", nil); got.status != 404 || got.code() != "NoSuchBucket" {
		t.Errorf("%d %s", got.status, got.code())
	}
}

// TestPutBucketAclCreates: it makes the bucket where there is none.
func TestPutBucketAclCreates(t *testing.T) {
	h := newHarness(t)
	for _, acl := range []string{"public-read", "private"} {
		got := h.raw("PUT", "/new-bucket/?acl", nil, "x-oss-acl", acl)
		if got.status != 200 || got.header.Get("Location") != "/new-bucket" {
			t.Errorf("%d %v", got.status, got.header)
		}
		if got := h.raw("GET", "/new-bucket/?acl", nil); !strings.Contains(string(got.body), "<Grant>"+acl+"</Grant>") {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
}

// TestPutBucketEncrypted: a bucket can be made with an encryption of its objects.
func TestPutBucketEncrypted(t *testing.T) {
	h := newHarness(t)
	if got := h.raw("PUT", "/new-bucket/", nil, "x-oss-server-side-encryption", "KMS", "x-oss-server-side-data-encryption", "SM4"); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	const rule = "<SSEAlgorithm>KMS</SSEAlgorithm><KMSDataEncryption>SM4</KMSDataEncryption>"
	for _, path := range []string{"/new-bucket/?encryption", "/new-bucket/?bucketInfo"} {
		if got := h.raw("GET", path, nil); !strings.Contains(string(got.body), rule) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := h.raw("PUT", "/new-bucket/k", nil); got.header.Get("x-oss-server-side-encryption") != "KMS" {
		t.Errorf("%d %v", got.status, got.header)
	}
	if got := h.raw("PUT", "/other-bucket/", nil, "x-oss-server-side-encryption", "X"); got.code() != "InvalidEncryptionAlgorithmError" {
		t.Errorf("%d %s", got.status, got.code())
	}
	if got := h.raw("GET", "/"+testBucket+"/?bucketInfo", nil); !strings.Contains(string(got.body), "<SSEAlgorithm>None</SSEAlgorithm>") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestAppendSettings: later appends can change the ACL of an object and not its tags.
func TestAppendSettings(t *testing.T) {
	h := newHarness(t)
	const path = "/" + testBucket + "/k"
	for position, header := range [][]string{
		{"x-oss-tagging", "a=1", "x-oss-object-acl", "private"},
		{"x-oss-tagging", "a=1&a=2", "x-oss-object-acl", "public-read"},
		nil,
	} {
		if got := h.raw("POST", fmt.Sprintf("%s?append&position=%d", path, position), []byte("x"), header...); got.status != 200 {
			t.Fatalf("%d: %d %s", position, got.status, got.body)
		}
	}
	if got := h.raw("GET", path+"?acl", nil); !strings.Contains(string(got.body), "<Grant>public-read</Grant>") {
		t.Errorf("%s", got.body)
	}
	if got := h.raw("GET", path+"?tagging", nil); strings.Count(string(got.body), "<Tag>") != 1 {
		t.Errorf("%s", got.body)
	}
}

// TestTagCharacters: objects can have letters of any script in their tags, and
// buckets any characters.
func TestTagCharacters(t *testing.T) {
	h := newHarness(t)
	for tags, want := range map[string]string{
		"%20%2B%2F=%E4%B8%AD%E6%96%87&%E4%B8%AD=1": "",
		"a=%25": "InvalidTag",
		"a=%FF": "InvalidTag",
	} {
		if got := h.raw("PUT", "/"+testBucket+"/k", nil, "x-oss-tagging", tags); got.code() != want {
			t.Errorf("%s: %d %s", tags, got.status, got.code())
		}
	}
	doc := []byte("<Tagging><TagSet><Tag><Key>%@abc</Key><Value>a,b</Value></Tag></TagSet></Tagging>")
	if got := h.raw("PUT", "/"+testBucket+"/?tagging", doc); got.status != 200 {
		t.Errorf("bucket: %d %s", got.status, got.body)
	}
}

// TestControlsInXML: control characters in keys stand for themselves in answers,
// and may do so in a request.
func TestControlsInXML(t *testing.T) {
	h := newHarness(t)
	const key = "a\x0c\x01b"
	h.put(key, "x")
	if got := h.raw("GET", "/"+testBucket+"/", nil); !strings.Contains(string(got.body), "<Key>"+key+"</Key>") {
		t.Errorf("%s", got.body)
	}
	doc := []byte("<Delete><Quiet>true</Quiet><Object><Key>" + key + "</Key></Object></Delete>")
	sum := md5.Sum(doc)
	if got := h.raw("POST", "/"+testBucket+"/?delete", doc, "Content-MD5", base64.StdEncoding.EncodeToString(sum[:])); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if left := h.names("", "", 10); left != nil {
		t.Errorf("left %q", left)
	}
}

// TestMarkersTooLong: no name in a listing can be longer than a key.
func TestMarkersTooLong(t *testing.T) {
	h := newHarness(t)
	long := strings.Repeat("a", maxKeyLength+1)
	for _, query := range []string{"prefix=", "delimiter=", "marker=", "list-type=2&start-after=", "versions&key-marker=", "versions&key-marker=a&version-id-marker="} {
		if got := h.raw("GET", "/"+testBucket+"/?"+query+long, nil); got.code() != "InvalidArgument" {
			t.Errorf("%s: %d %s", query, got.status, got.code())
		}
	}
}

// TestCopyReplaceKeeps: a copy that replaces metadata keeps what says how its
// bytes are to be read, unless the request says otherwise.
func TestCopyReplaceKeeps(t *testing.T) {
	h := newHarness(t)
	const source, target = "/" + testBucket + "/source", "/" + testBucket + "/target"
	h.raw("PUT", source, nil, "Content-Type", "text/plain", "Cache-Control", "no-cache", "x-oss-meta-a", "1",
		"x-oss-meta-client-side-encryption-key", "key", "x-oss-meta-client-side-encryption-start", "start")
	copied := func(header ...string) http.Header {
		t.Helper()
		header = append([]string{"x-oss-copy-source", source, "x-oss-metadata-directive", "REPLACE"}, header...)
		if got := h.raw("PUT", target, nil, header...); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		return h.raw("HEAD", target, nil).header
	}
	for _, row := range []struct {
		header []string
		want   string
	}{
		{nil, "text/plain,,,key,start"},
		{[]string{"Content-Type", "text/html", "x-oss-meta-b", "2"}, "text/html,,,key,start"},
		{[]string{"x-oss-meta-a", "3", "x-oss-meta-client-side-encryption-key", "other"}, "text/plain,,3,other,start"},
	} {
		got := copied(row.header...)
		var values []string
		for _, name := range []string{"Content-Type", "Cache-Control", "x-oss-meta-a", "x-oss-meta-client-side-encryption-key", "x-oss-meta-client-side-encryption-start"} {
			values = append(values, got.Get(name))
		}
		if all := strings.Join(values, ","); all != row.want {
			t.Errorf("%v gives %s, want %s", row.header, all, row.want)
		}
	}
}

// TestCopySourceVersion: a source with a version id that is empty is none.
func TestCopySourceVersion(t *testing.T) {
	h := newHarness(t)
	h.put("k", "x")
	if got := h.raw("PUT", "/"+testBucket+"/copy", nil, "x-oss-copy-source", "/"+testBucket+"/k?versionId="); got.code() != "InvalidArgument" {
		t.Errorf("%d %s", got.status, got.code())
	}
}

// TestPreflightUnsigned: nobody looks at the signature of a preflight request.
func TestPreflightUnsigned(t *testing.T) {
	h := newHarness(t)
	r, err := http.NewRequest("OPTIONS", "http://127.0.0.1/"+testBucket+"/k", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "http://a")
	r.Header.Set("Access-Control-Request-Method", "GET")
	signV4(t, r, "other", testSecret, "cn-hangzhou", time.Now())
	if got := h.send(r); got.code() != "AccessForbidden" {
		t.Errorf("%d %s", got.status, got.code())
	}
}

// TestListBucketsByTags: buckets that have all of the tags are listed with them.
func TestListBucketsByTags(t *testing.T) {
	h := newHarness(t)
	doc := "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>"
	if got := h.raw("PUT", "/"+testBucket+"/?tagging", []byte(doc)); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	for filter, found := range map[string]bool{
		"%22a%22%3A%221%22%2C%22b%22%3A%222%22": true,
		"%22b%22%3A%222%22":                     true,
		"%22a%22%3A%221%22%2C%22b%22%3A%223%22": false,
	} {
		got := h.raw("GET", "/?tagging="+filter, nil)
		if strings.Contains(string(got.body), doc) != found {
			t.Errorf("%s: %d %s", filter, got.status, got.body)
		}
	}
	if got := h.raw("GET", "/?tagging=%22a%22%3A%221%22%2C", nil); got.code() != "InvalidArgument" {
		t.Errorf("%d %s", got.status, got.code())
	}
}

// TestAnnouncedBody: a GET is answered though the body that it announces never
// comes.
func TestAnnouncedBody(t *testing.T) {
	h := newHarness(t)
	server := httptest.NewServer(h)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /%s/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n", testBucket)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != 403 {
		t.Errorf("status %d", resp.StatusCode)
	}
}
