package ossserver

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestNotImplemented(t *testing.T) {
	h := newHarness(t)
	h.put("k", "x")
	for _, row := range []struct {
		status       int
		method, path string
		header       []string
	}{
		{501, "GET", "/" + testBucket + "/?replication", nil},
		{501, "PUT", "/" + testBucket + "/?inventory", nil},
		{501, "GET", "/" + testBucket + "/?metaQuery", nil},
		{501, "DELETE", "/" + testBucket + "/?worm", nil},
		{501, "GET", "/" + testBucket + "/?list-type=3", nil},
		{501, "GET", "/?regions", nil},
		{501, "DELETE", "/" + testBucket + "/k?acl", nil},
		{501, "PUT", "/" + testBucket + "/k?versionId=1", nil},
		{501, "DELETE", "/" + testBucket + "/k?uploads", nil},
		{501, "GET", "/" + testBucket + "/k?x-oss-process=image", nil},
		{501, "POST", "/" + testBucket + "/k?append", nil},
		{501, "PUT", "/" + testBucket + "/k?partNumber=1", nil},
		{501, "POST", "/" + testBucket + "/k", nil},
		{501, "PATCH", "/" + testBucket + "/k", nil},
		{400, "PUT", "/" + testBucket + "/k", []string{"x-oss-server-side-encryption-key", "x"}},
		{400, "PUT", "/" + testBucket + "/k", []string{"x-oss-callback", "e30="}},
		{400, "PUT", "/" + testBucket + "/k", []string{"If-Match", "*"}},
		{400, "DELETE", "/" + testBucket + "/k", []string{"If-Match", "*"}},
	} {
		got := h.raw(row.method, row.path, nil, row.header...)
		if got.status != row.status || got.code() != "NotImplemented" {
			t.Errorf("%s %s %v: %d %s", row.method, row.path, row.header, got.status, got.code())
		}
	}
	// An upload id that is empty still means an upload.
	if got := h.raw("DELETE", "/"+testBucket+"/k?uploadId=", nil); got.code() != "NoSuchUpload" {
		t.Errorf("empty upload id: %d %s", got.status, got.code())
	}
	if string(h.get("k")) != "x" {
		t.Error("object changed")
	}
}

func TestLimits(t *testing.T) {
	h := newHarness(t)
	big := strings.Repeat("v", 4<<10)
	for _, row := range []struct {
		code, method, path string
		header             []string
	}{
		{"InvalidObjectName", "PUT", "/" + testBucket + "//lead", nil},
		{"InvalidObjectName", "PUT", "/" + testBucket + "/%5Clead", nil},
		{"InvalidObjectName", "PUT", "/" + testBucket + "/%2Flead", nil},
		{"InvalidArgument", "PUT", "/" + testBucket + "/%FF", nil},
		{"InvalidObjectName", "PUT", "/" + testBucket + "/" + strings.Repeat("k", maxKeyLength+1), nil},
		{"InvalidBucketName", "PUT", "/Bad_Bucket/", nil},
		{"InvalidBucketName", "GET", "/x/", nil},
		{"MetadataTooLarge", "PUT", "/" + testBucket + "/k", []string{"x-oss-meta-a", big, "x-oss-meta-b", big}},
		{"InvalidArgument", "PUT", "/" + testBucket + "/k", []string{"x-oss-meta-a_b", "v"}},
		{"InvalidArgument", "GET", "/" + testBucket + "/k", []string{"x-oss-server-side-encryption", "AES256"}},
		{"InvalidArgument", "PUT", "/" + testBucket + "/k?partNumber=1&uploadId=x", []string{"x-oss-server-side-encryption", "AES256"}},
		{"InvalidStorageClass", "PUT", "/" + testBucket + "/k", []string{"x-oss-storage-class", "Best"}},
		{"InvalidArgument", "PUT", "/" + testBucket + "/k", []string{"x-oss-object-acl", "all"}},
		{"InvalidTag", "PUT", "/" + testBucket + "/k", []string{"x-oss-tagging", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11"}},
		{"InvalidTag", "PUT", "/" + testBucket + "/k", []string{"x-oss-tagging", "a=1&a=2"}},
		{"InvalidArgument", "PUT", "/" + testBucket + "/k", []string{"x-oss-traffic-limit", "1"}},
		{"InvalidDigest", "PUT", "/" + testBucket + "/k", []string{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}},
		{"InvalidDigest", "PUT", "/" + testBucket + "/k", []string{"Content-MD5", "?"}},
		{"InvalidArgument", "PUT", "/" + testBucket + "/k?partNumber=0&uploadId=x", nil},
		{"InvalidArgument", "PUT", "/" + testBucket + "/k?partNumber=10001&uploadId=x", nil},
		{"InvalidArgument", "GET", "/" + testBucket + "/?max-keys=0", nil},
		{"InvalidArgument", "GET", "/" + testBucket + "/?max-keys=1001", nil},
		{"InvalidArgument", "GET", "/" + testBucket + "/?max-keys=x", nil},
		{"InvalidArgument", "GET", "/" + testBucket + "/?encoding-type=base64", nil},
		{"InvalidArgument", "GET", "/" + testBucket + "/?list-type=2&continuation-token=%2A", nil},
		{"InvalidArgument", "GET", "/" + testBucket + "/?prefix=a&prefix=b", nil},
		{"InvalidArgument", "GET", "/" + testBucket + "/?" + manyParameters(maxParameters+1), nil},
		{"MalformedXML", "PUT", "/" + testBucket + "/", nil},
	} {
		got := h.raw(row.method, row.path, []byte("body"), row.header...)
		if got.code() != row.code {
			t.Errorf("%s %.60s %.60v: %d %s, want %s", row.method, row.path, row.header, got.status, got.code(), row.code)
		}
	}
	if got := h.raw("PUT", "/"+testBucket+"/", nil, "x-oss-acl", "all"); got.code() != "InvalidArgument" {
		t.Errorf("bucket ACL: %d %s", got.status, got.code())
	}
	// IT-10: empty and absent arguments are the same.
	if got := h.raw("GET", "/"+testBucket+"/?prefix=&marker=&delimiter=&max-keys=&encoding-type=", nil); got.status != 200 {
		t.Errorf("empty arguments: %d %s", got.status, got.code())
	}
	if names := h.names("", "", 10); names != nil {
		t.Errorf("refused requests left %q", names)
	}
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files left", n)
	}
}

// TestTooLarge: a body that announces too much is refused unread.
func TestTooLarge(t *testing.T) {
	h := newHarness(t)
	for _, path := range []string{"/k", "/k?partNumber=1&uploadId=" + h.initiate("k")} {
		r := newSignedRequest(t, "PUT", "http://127.0.0.1/"+testBucket+path, failingReader{})
		r.ContentLength = maxPutSize + 1
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 400 || !strings.Contains(w.Body.String(), "<Code>EntityTooLarge</Code>") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// TestPutBucketAgain: a bucket that is there changes its ACL, nothing else.
func TestPutBucketAgain(t *testing.T) {
	h := newHarness(t)
	for _, row := range []struct {
		header []string
		status int
		acl    string
	}{
		{nil, 200, "private"},
		{[]string{"x-oss-acl", "public-read"}, 200, "public-read"},
		{[]string{"x-oss-storage-class", "Standard", "x-oss-data-redundancy-type", "LRS"}, 200, "public-read"},
		{[]string{"x-oss-storage-class", "IA", "x-oss-acl", "private"}, 409, "public-read"},
		{[]string{"x-oss-data-redundancy-type", "ZRS"}, 409, "public-read"},
	} {
		got := h.raw("PUT", "/"+testBucket+"/", nil, row.header...)
		if got.status != row.status || row.status == 409 && got.code() != "BucketAlreadyExists" {
			t.Errorf("%v: %d %s", row.header, got.status, got.body)
		}
		info := string(h.raw("GET", "/"+testBucket+"/?bucketInfo", nil).body)
		if !strings.Contains(info, "<Grant>"+row.acl+"</Grant>") || !strings.Contains(info, "<StorageClass>Standard<") {
			t.Errorf("%v: %s", row.header, info)
		}
	}
}
