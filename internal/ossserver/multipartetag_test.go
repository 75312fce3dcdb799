package ossserver

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"strings"
	"testing"
)

// TestCompleteUnknownUpload: that there is no upload comes before what is wrong
// with its parts.
func TestCompleteUnknownUpload(t *testing.T) {
	h := newHarness(t)
	if got := h.raw("POST", "/"+testBucket+"/k?uploadId=none", nil); got.code() != "NoSuchUpload" {
		t.Errorf("%d %s", got.status, got.code())
	}
}

// TestMultipartETag: the MD5 of the ETags of the parts, and how many they are.
// Clients of OSS hold it against the ETag that they have seen at the service.
func TestMultipartETag(t *testing.T) {
	h := newHarness(t)
	const path = "/" + testBucket + "/k"
	id := between(string(h.raw("POST", path+"?uploads", nil).body), "<UploadId>", "</UploadId>")
	var sums, parts string
	for number, size := range []int{minPartSize, 1} {
		body := bytes.Repeat([]byte{'a'}, size)
		etag := h.raw("PUT", fmt.Sprintf("%s?partNumber=%d&uploadId=%s", path, number+1, id), body).header.Get("ETag")
		sums += strings.Trim(etag, `"`)
		parts += fmt.Sprintf("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", number+1, etag)
	}
	got := h.raw("POST", path+"?uploadId="+id, []byte("<CompleteMultipartUpload>"+parts+"</CompleteMultipartUpload>"))
	if want := fmt.Sprintf(`"%X-2"`, md5.Sum([]byte(sums))); got.header.Get("ETag") != want {
		t.Errorf("%d %s, want %s", got.status, got.header.Get("ETag"), want)
	}
}

// between returns what stands between two pieces of a text.
func between(text, head, tail string) string {
	_, text, _ = strings.Cut(text, head)
	text, _, _ = strings.Cut(text, tail)
	return text
}
