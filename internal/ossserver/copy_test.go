package ossserver

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
)

func (h *harness) head(key string) *oss.HeadObjectResult {
	h.t.Helper()
	r, err := h.client.HeadObject(h.t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *harness) copy(change func(*oss.CopyObjectRequest)) error {
	r := &oss.CopyObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("to"), SourceKey: oss.Ptr("from")}
	change(r)
	_, err := h.client.CopyObject(h.t.Context(), r)
	return err
}

func TestCopyObject(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	h := newHarness(t, func(o *Options) { o.Now = func() time.Time { return now } })
	body := randomBytes(inlineLimit + 1)
	h.client = h.newClient(func(c *oss.Config) { c.WithRetryMaxAttempts(2) }) // the first answer corrects the clock
	h.put("from", string(body), func(r *oss.PutObjectRequest) {
		r.Metadata, r.CacheControl, r.Tagging = map[string]string{"a": "1"}, oss.Ptr("no-cache"), oss.Ptr("t=1")
	})
	describe := func(key string) []any {
		r := h.head(key)
		return []any{*r.ETag, *r.HashCRC64, oss.ToString(r.CacheControl), r.Metadata, r.TaggingCount, r.LastModified.Unix()}
	}
	source := h.head("from")
	row := func(cache string, meta map[string]string, tags int32) []any {
		return []any{*source.ETag, *source.HashCRC64, cache, meta, tags, now.Unix()}
	}

	now = now.Add(time.Minute)
	for name, tc := range map[string]struct {
		change func(*oss.CopyObjectRequest)
		want   []any
	}{
		"copy": {func(*oss.CopyObjectRequest) {}, row("no-cache", map[string]string{"a": "1"}, 1)},
		"replace": {func(r *oss.CopyObjectRequest) {
			r.MetadataDirective, r.Metadata = oss.Ptr("REPLACE"), map[string]string{"b": "2"}
		}, row("", map[string]string{"b": "2"}, 1)},
		"tags":     {func(r *oss.CopyObjectRequest) { r.TaggingDirective, r.Tagging = oss.Ptr("Replace"), oss.Ptr("x=1&y=2") }, row("no-cache", map[string]string{"a": "1"}, 2)},
		"not read": {func(r *oss.CopyObjectRequest) { r.CacheControl = oss.Ptr("passed over") }, row("no-cache", map[string]string{"a": "1"}, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			if err := h.copy(tc.change); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, describe("to")); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	t.Run("onto itself", func(t *testing.T) {
		if err := h.copy(func(r *oss.CopyObjectRequest) { r.Key = oss.Ptr("from"); r.Metadata = map[string]string{"c": "3"} }); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(row("", map[string]string{"c": "3"}, 1), describe("from")); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
	t.Run("one body for all", func(t *testing.T) {
		if n := h.contentFiles(); n != 1 {
			t.Errorf("%d content files, want 1", n)
		}
		h.put("from", "other")
		if !bytes.Equal(h.get("to"), body) {
			t.Error("copy changed with its source")
		}
		h.put("to", "other")
		if n := h.contentFiles(); n != 0 {
			t.Errorf("%d content files, want 0", n)
		}
	})
}

func TestCopyErrors(t *testing.T) {
	h := newHarness(t)
	etag := h.put("from", "x").ETag
	h.put("cold", "x", func(r *oss.PutObjectRequest) { r.StorageClass = oss.StorageClassArchive })
	past := oss.Ptr("Sat, 01 Jan 2000 00:00:00 GMT")
	for _, row := range []struct {
		status int
		code   string
		change func(*oss.CopyObjectRequest)
	}{
		{404, "NoSuchKey", func(r *oss.CopyObjectRequest) { r.SourceKey = oss.Ptr("none") }},
		{404, "NoSuchBucket", func(r *oss.CopyObjectRequest) { r.SourceBucket = oss.Ptr("none") }},
		{404, "NoSuchBucket", func(r *oss.CopyObjectRequest) { r.Bucket = oss.Ptr("none"); r.SourceBucket = oss.Ptr(testBucket) }},
		{412, "PreconditionFailed", func(r *oss.CopyObjectRequest) { r.IfMatch = oss.Ptr("other") }},
		{412, "PreconditionFailed", func(r *oss.CopyObjectRequest) { r.IfUnmodifiedSince = past }},
		{400, "InvalidArgument", func(r *oss.CopyObjectRequest) { r.MetadataDirective = oss.Ptr("MERGE") }},
		{403, "InvalidObjectState", func(r *oss.CopyObjectRequest) { r.SourceKey = oss.Ptr("cold") }},
		{400, "InvalidArgument", func(r *oss.CopyObjectRequest) { r.SourceVersionId = oss.Ptr("v") }},
	} {
		wantCode(t, h.copy(row.change), row.status, row.code)
	}
	if err := h.copy(func(r *oss.CopyObjectRequest) { r.IfNoneMatch = etag }); err == nil {
		t.Error("If-None-Match: no error")
	}
	if err := h.copy(func(r *oss.CopyObjectRequest) { r.IfMatch = etag }); err != nil {
		t.Error(err)
	}
	if got := h.raw("GET", "/"+testBucket+"/cold", nil); got.code() != "InvalidObjectState" {
		t.Errorf("get of an archived object: %d %s", got.status, got.code())
	}
}

func TestUploadPartCopy(t *testing.T) {
	h := newHarness(t)
	body := randomBytes(300_000)
	h.put("from", string(body))
	id := h.initiate("to")
	copyPart := func(number int32, byteRange *string) (oss.UploadPart, error) {
		r, err := h.client.UploadPartCopy(t.Context(), &oss.UploadPartCopyRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("to"), UploadId: &id,
			PartNumber: number, SourceKey: oss.Ptr("from"), Range: byteRange})
		if err != nil {
			return oss.UploadPart{}, err
		}
		return oss.UploadPart{PartNumber: number, ETag: r.ETag}, nil
	}
	var parts []oss.UploadPart
	for i, r := range []*string{oss.Ptr("bytes=0-149999"), nil, oss.Ptr("bytes=299990-299999")} {
		p, err := copyPart(int32(i+1), r)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, p)
	}
	for _, r := range []string{"bytes=0-300000", "bytes=300000-", "bytes=x"} {
		_, err := copyPart(9, &r)
		wantCode(t, err, 416, "InvalidRange")
	}
	if err := h.complete("to", id, nil, parts...); err != nil {
		t.Fatal(err)
	}
	want := fmt.Appendf(nil, "%s%s%s", body[:150_000], body, body[299_990:])
	if !bytes.Equal(h.get("to"), want) {
		t.Error("body differs")
	}
}
