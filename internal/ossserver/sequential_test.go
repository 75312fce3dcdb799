package ossserver

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestSequentialUpload(t *testing.T) {
	h := newHarness(t)
	path := "/" + testBucket + "/k?"
	_, after, _ := strings.Cut(string(h.raw("POST", path+"uploads&sequential", nil).body), "<UploadId>")
	id, _, _ := strings.Cut(after, "<")
	for _, step := range []struct {
		number int
		code   string
	}{{2, "PartNotSequential"}, {1, ""}, {1, ""}, {3, "PartNotSequential"}, {2, ""}, {1, "PartNotSequential"}} {
		got := h.raw("PUT", fmt.Sprintf("%spartNumber=%d&uploadId=%s", path, step.number, id), make([]byte, minPartSize))
		if got.code() != step.code {
			t.Errorf("part %d: %d %s, want %q", step.number, got.status, got.code(), step.code)
		}
	}
	if got := h.raw("POST", path+"uploadId="+id, nil, "x-oss-complete-all", "yes"); got.status != 200 {
		t.Errorf("complete: %d %s", got.status, got.body)
	}
}

// TestSequentialMD5: what was uploaded in order tells its Content-MD5, also when
// the last part was sent twice.
func TestSequentialMD5(t *testing.T) {
	h := newHarness(t)
	body := randomBytes(2*minPartSize + 77)
	up := h.client.NewUploader(func(o *oss.UploaderOptions) { o.PartSize = minPartSize })
	put := func(parameters map[string]string) string {
		r := &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), RequestCommon: oss.RequestCommon{Parameters: parameters}}
		if _, err := up.UploadFrom(t.Context(), r, bytes.NewReader(body)); err != nil {
			t.Fatal(err)
		}
		return h.raw("HEAD", "/"+testBucket+"/k", nil).header.Get("Content-MD5")
	}
	sum := md5.Sum(body)
	want := base64.StdEncoding.EncodeToString(sum[:])
	if got := put(map[string]string{"sequential": ""}); got != want {
		t.Errorf("sequential: %q, want %q", got, want)
	}
	if got := put(nil); got != "" {
		t.Errorf("not sequential: %q", got)
	}
	path := "/" + testBucket + "/k?"
	_, after, _ := strings.Cut(string(h.raw("POST", path+"uploads&sequential", nil).body), "<UploadId>")
	id, _, _ := strings.Cut(after, "<")
	for i, part := range [][]byte{body[:minPartSize], body[minPartSize : 2*minPartSize], body[:10], body[minPartSize : 2*minPartSize], body[2*minPartSize:]} {
		number := []int{1, 2, 2, 2, 3}[i]
		if got := h.raw("PUT", fmt.Sprintf("%spartNumber=%d&uploadId=%s", path, number, id), part); got.status != 200 {
			t.Fatalf("part %d: %d %s", number, got.status, got.body)
		}
	}
	h.raw("POST", path+"uploadId="+id, nil, "x-oss-complete-all", "yes")
	if got := h.raw("GET", "/"+testBucket+"/k", nil); got.header.Get("Content-MD5") != want || !bytes.Equal(got.body, body) {
		t.Errorf("part sent again: %d, %q, want %q", got.status, got.header.Get("Content-MD5"), want)
	}
}

// TestEmptyUpload: a client that streams nothing completes without a part.
func TestEmptyUpload(t *testing.T) {
	h := newHarness(t)
	up := h.client.NewUploader()
	body := io.TeeReader(strings.NewReader(""), io.Discard)
	if _, err := up.UploadFrom(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k")}, body); err != nil {
		t.Fatal(err)
	}
	if got := h.get("k"); len(got) != 0 {
		t.Errorf("%d bytes", len(got))
	}
	id := h.initiate("k")
	h.part("k", id, 1, []byte("x"))
	if got := h.raw("POST", "/"+testBucket+"/k?uploadId="+id, []byte("<CompleteMultipartUpload/>")); got.code() != "MalformedXML" {
		t.Errorf("no choice of parts: %d %s", got.status, got.code())
	}
}
