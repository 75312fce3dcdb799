package ossserver

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// appendAt appends through the SDK, which checks the CRC-64 of the whole.
func (h *harness) appendAt(key string, position int64, body []byte, crc *string) (*oss.AppendObjectResult, error) {
	return h.client.AppendObject(h.t.Context(), &oss.AppendObjectRequest{
		Bucket: oss.Ptr(testBucket), Key: &key, Position: &position, Body: bytes.NewReader(body), InitHashCRC64: crc,
	})
}

func TestAppend(t *testing.T) {
	h := newHarness(t)
	body := randomBytes(3 * copyBuffer)
	cuts := []int{0, 10, 10, inlineLimit + 100, copyBuffer + 1, len(body)}
	crc := "0"
	for i, to := range cuts[1:] {
		from := cuts[i]
		r, err := h.appendAt("k", int64(from), body[from:to], &crc)
		if err != nil {
			t.Fatalf("append at %d: %v", from, err)
		}
		crc = *r.HashCRC64
		if r.NextPosition != int64(to) || crc != crcText(body[:to]) {
			t.Errorf("append at %d: next %d, crc %s", from, r.NextPosition, crc)
		}
		if got := h.get("k"); !bytes.Equal(got, body[:to]) {
			t.Fatalf("after the append at %d: %d bytes differ", from, len(got))
		}
	}
	head, err := h.client.HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k")})
	if err != nil || *head.ObjectType != "Appendable" || *head.NextAppendPosition != strconv.Itoa(len(body)) || head.ContentMD5 != nil {
		t.Errorf("head: %+v, %v", head, err)
	}
	if got := h.fetchRange("k", "bytes=5-20000", ""); !bytes.Equal(got.body, body[5:20001]) {
		t.Errorf("range over several appends: %d, %d bytes", got.status, len(got.body))
	}
	h.deleteVersion("k", "")
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files left", n)
	}
}

func TestAppendErrors(t *testing.T) {
	h := newHarness(t)
	h.put("normal", "x")
	if _, err := h.appendAt("k", 0, []byte("four"), nil); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		path, code, next string
		status           int
	}{
		{"/k?append&position=0", "PositionNotEqualToLength", "4", 409},
		{"/k?append&position=5", "PositionNotEqualToLength", "4", 409},
		{"/none?append&position=1", "PositionNotEqualToLength", "0", 409},
		{"/normal?append&position=1", "ObjectNotAppendable", "", 409},
		{"/k?append&position=-1", "InvalidArgument", "", 400},
		{"/k?append&position=", "InvalidArgument", "", 400},
	} {
		got := h.raw("POST", "/"+testBucket+row.path, []byte("x"))
		if got.code() != row.code || got.status != row.status || got.header.Get("x-oss-next-append-position") != row.next {
			t.Errorf("%s: %d %s next %q", row.path, got.status, got.code(), got.header.Get("x-oss-next-append-position"))
		}
	}
	if n := h.contentFiles(); n != 1 {
		t.Errorf("%d content files, want 1", n)
	}
}

// TestAppendToCopied: a copy and its source do not see each other's appends.
func TestAppendToCopied(t *testing.T) {
	h := newHarness(t)
	if _, err := h.appendAt("k", 0, []byte("one "), nil); err != nil {
		t.Fatal(err)
	}
	if err := h.copy(func(r *oss.CopyObjectRequest) { r.SourceKey, r.Key = oss.Ptr("k"), oss.Ptr("copy") }); err != nil {
		t.Fatal(err)
	}
	for key, text := range map[string]string{"k": "two", "copy": "three"} {
		if _, err := h.appendAt(key, 4, []byte(text), nil); err != nil {
			t.Fatal(err)
		}
		if got := string(h.get(key)); got != "one "+text {
			t.Errorf("%s: %q", key, got)
		}
	}
	h.deleteVersion("k", "")
	h.deleteVersion("copy", "")
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files left", n)
	}
}

// TestAppendVersioned: an append changes the current version and makes no other.
func TestAppendVersioned(t *testing.T) {
	h := newHarness(t)
	h.setVersioning(oss.VersionEnabled)
	first, err := h.appendAt("k", 0, []byte("a"), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.appendAt("k", 1, []byte("b"), nil)
	if err != nil || *first.VersionId != *second.VersionId {
		t.Errorf("versions %s and %+v, %v", *first.VersionId, second, err)
	}
	h.deleteVersion("k", "")
	if _, err := h.appendAt("k", 0, []byte("c"), nil); err != nil {
		t.Error(err)
	}
	if got, err := h.getVersion("k", *first.VersionId); got != "ab" {
		t.Errorf("old version: %q, %v", got, err)
	}
	if got := string(h.get("k")); got != "c" {
		t.Errorf("new version: %q", got)
	}
}

// TestAppendConcurrently: clients that append at the same time each get their
// own place, also while copies share the body.
func TestAppendConcurrently(t *testing.T) {
	h := newHarness(t)
	const clients, times, size = 6, 5, 100
	if _, err := h.appendAt("k", 0, nil, nil); err != nil {
		t.Fatal(err)
	}
	var workers sync.WaitGroup
	for i := range clients {
		workers.Go(func() {
			position, piece := "0", bytes.Repeat([]byte{byte('a' + i)}, size)
			for done := 0; done < times; {
				got := h.raw("POST", "/"+testBucket+"/k?append&position="+position, piece)
				if got.status == 200 {
					done++
				} else if got.code() != "PositionNotEqualToLength" {
					t.Errorf("append: %d %s", got.status, got.body)
					return
				}
				position = got.header.Get("x-oss-next-append-position")
				if done == 2 {
					h.raw("PUT", fmt.Sprint("/", testBucket, "/copy", i), nil, "x-oss-copy-source", "/"+testBucket+"/k")
				}
			}
		})
	}
	workers.Wait()
	body := h.get("k")
	if len(body) != clients*times*size {
		t.Fatalf("%d bytes", len(body))
	}
	for piece := range slices.Chunk(body, size) {
		if !bytes.Equal(piece, bytes.Repeat(piece[:1], size)) {
			t.Fatalf("torn piece %q", piece)
		}
	}
	if got := h.raw("HEAD", "/"+testBucket+"/k", nil); got.header.Get("x-oss-hash-crc64ecma") != crcText(body) {
		t.Error("CRC differs")
	}
	h.checkConsistent()
}
