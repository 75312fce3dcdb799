package ossserver

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func (h *harness) setVersioning(status oss.VersioningStatusType) {
	h.t.Helper()
	_, err := h.client.PutBucketVersioning(h.t.Context(), &oss.PutBucketVersioningRequest{
		Bucket: oss.Ptr(testBucket), VersioningConfiguration: &oss.VersioningConfiguration{Status: status}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// getVersion returns the body of a version, or the error.
func (h *harness) getVersion(key, version string) (string, error) {
	h.t.Helper()
	r, err := h.client.GetObject(h.t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key, VersionId: &version})
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if oss.ToString(r.VersionId) != version {
		h.t.Errorf("%q: got version %q, want %q", key, oss.ToString(r.VersionId), version)
	}
	return string(body), nil
}

func (h *harness) deleteVersion(key, version string) *oss.DeleteObjectResult {
	h.t.Helper()
	r := &oss.DeleteObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key}
	if version != "" {
		r.VersionId = &version
	}
	got, err := h.client.DeleteObject(h.t.Context(), r)
	if err != nil {
		h.t.Fatalf("delete %q version %q: %v", key, version, err)
	}
	return got
}

func TestBucketVersioning(t *testing.T) {
	h := newHarness(t)
	status := func() string {
		r, err := h.client.GetBucketVersioning(t.Context(), &oss.GetBucketVersioningRequest{Bucket: oss.Ptr(testBucket)})
		if err != nil {
			t.Fatal(err)
		}
		return oss.ToString(r.VersionStatus)
	}
	if got := status(); got != "" {
		t.Errorf("new bucket: %q", got)
	}
	for _, want := range []oss.VersioningStatusType{oss.VersionEnabled, oss.VersionSuspended} {
		h.setVersioning(want)
		if got := status(); got != string(want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := h.raw("PUT", "/"+testBucket+"/?versioning", []byte("<VersioningConfiguration><Status>Off</Status></VersioningConfiguration>")); got.code() != "MalformedXML" {
		t.Errorf("other status: %d %s", got.status, got.code())
	}
}

// TestVersionLife goes through the life of one key in a bucket with versions.
func TestVersionLife(t *testing.T) {
	h := newHarness(t)
	if got := h.put("k", "before"); got.VersionId != nil {
		t.Errorf("version %q in a bucket without", *got.VersionId)
	}
	h.setVersioning(oss.VersionEnabled)
	first := *h.put("k", "first").VersionId
	second := *h.put("k", "second").VersionId
	for version, want := range map[string]string{"null": "before", first: "first", second: "second"} {
		if got, err := h.getVersion("k", version); got != want {
			t.Errorf("version %s: %q, %v", version, got, err)
		}
	}

	marker := h.deleteVersion("k", "")
	if !marker.DeleteMarker || oss.ToString(marker.VersionId) == "" {
		t.Fatalf("delete: %+v", marker)
	}
	gone := h.raw("GET", "/"+testBucket+"/k", nil)
	if gone.code() != "NoSuchKey" || gone.header.Get("x-oss-delete-marker") != "true" || gone.header.Get("x-oss-version-id") != *marker.VersionId {
		t.Errorf("get behind a delete marker: %d %s %v", gone.status, gone.code(), gone.header)
	}
	_, err := h.getVersion("k", *marker.VersionId)
	wantCode(t, err, 405, "MethodNotAllowed")
	_, err = h.getVersion("k", versionID(1<<40))
	wantCode(t, err, 404, "NoSuchVersion")
	_, err = h.getVersion("k", "x")
	wantCode(t, err, 400, "InvalidArgument")
	if names := h.names("", "", 10); names != nil {
		t.Errorf("listed %q", names)
	}

	if got := h.deleteVersion("k", *marker.VersionId); !got.DeleteMarker || *got.VersionId != *marker.VersionId {
		t.Errorf("delete of the marker: %+v", got)
	}
	if got := string(h.get("k")); got != "second" {
		t.Errorf("got %q", got)
	}
	if got := h.deleteVersion("k", second); got.DeleteMarker || *got.VersionId != second {
		t.Errorf("delete of a version: %+v", got)
	}
	if got := string(h.get("k")); got != "first" {
		t.Errorf("got %q", got)
	}
	_, err = h.client.DeleteBucket(t.Context(), &oss.DeleteBucketRequest{Bucket: oss.Ptr(testBucket)})
	wantCode(t, err, 409, "BucketNotEmpty")
	h.deleteVersion("k", first)
	h.deleteVersion("k", "null")
	h.deleteVersion("k", "null") // there need not be one
	h.deleteVersion("other", "")
	_, err = h.client.DeleteBucket(t.Context(), &oss.DeleteBucketRequest{Bucket: oss.Ptr(testBucket)})
	wantCode(t, err, 409, "BucketNotEmpty") // a delete marker counts
}

// TestVersionTargets: each operation that takes a version id takes that version.
func TestVersionTargets(t *testing.T) {
	h := newHarness(t)
	h.setVersioning(oss.VersionEnabled)
	old := h.put("k", "old").VersionId
	h.put("k", "newer")
	bucket, key, ctx := oss.Ptr(testBucket), oss.Ptr("k"), t.Context()

	head, err := h.client.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: bucket, Key: key, VersionId: old})
	if err != nil || head.ContentLength != 3 || *head.VersionId != *old {
		t.Errorf("head: %+v, %v", head, err)
	}
	meta, err := h.client.GetObjectMeta(ctx, &oss.GetObjectMetaRequest{Bucket: bucket, Key: key, VersionId: old})
	if err != nil || meta.ContentLength != 3 || *meta.VersionId != *old {
		t.Errorf("meta: %+v, %v", meta, err)
	}
	if _, err := h.client.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: bucket, Key: key, VersionId: old, Acl: oss.ObjectACLPublicRead}); err != nil {
		t.Error(err)
	}
	tagging := &oss.Tagging{TagSet: &oss.TagSet{Tags: []oss.Tag{{Key: oss.Ptr("a"), Value: oss.Ptr("1")}}}}
	if r, err := h.client.PutObjectTagging(ctx, &oss.PutObjectTaggingRequest{Bucket: bucket, Key: key, VersionId: old, Tagging: tagging}); err != nil || *r.VersionId != *old {
		t.Errorf("put tagging: %v", err)
	}
	for version, want := range map[*string]string{old: "public-read 1", nil: "default 0"} {
		acl, err := h.client.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: bucket, Key: key, VersionId: version})
		if err != nil {
			t.Fatal(err)
		}
		tags, err := h.client.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: bucket, Key: key, VersionId: version})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(*acl.ACL, " ", len(tags.Tags)); got != want {
			t.Errorf("version %q: %s, want %s", oss.ToString(version), got, want)
		}
	}
	copied, err := h.client.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: bucket, Key: key, SourceKey: key, SourceVersionId: old})
	if err != nil || *copied.SourceVersionId != *old || *copied.VersionId == *old {
		t.Fatalf("copy: %+v, %v", copied, err)
	}
	if got := string(h.get("k")); got != "old" {
		t.Errorf("after the copy: %q", got)
	}
	if _, err := h.client.DeleteObjectTagging(ctx, &oss.DeleteObjectTaggingRequest{Bucket: bucket, Key: key, VersionId: old}); err != nil {
		t.Error(err)
	}
	// Nothing is replaced, so x-oss-forbid-overwrite has nothing to forbid.
	h.put("k", "again", func(r *oss.PutObjectRequest) { r.ForbidOverwrite = oss.Ptr("true") })
}

// TestVersionMarkerNull: a listing can go on behind the null version by its name.
func TestVersionMarkerNull(t *testing.T) {
	h := newHarness(t)
	h.put("k", "null")
	h.setVersioning(oss.VersionEnabled)
	h.put("k", "newer")
	h.put("l", "other")
	for marker, want := range map[string]int{"null": 1, versionID(1): 2, versionID(9): 3} {
		got := string(h.raw("GET", "/"+testBucket+"/?versions&key-marker=k&version-id-marker="+marker, nil).body)
		if n := strings.Count(got, "<Version>"); n != want {
			t.Errorf("behind %s: %d versions, want %d: %s", marker, n, want, got)
		}
	}
}

func TestVersionBatchDelete(t *testing.T) {
	h := newHarness(t)
	h.setVersioning(oss.VersionEnabled)
	first := h.put("a", "1").VersionId
	h.put("a", "2")
	marker := h.deleteVersion("b", "").VersionId
	r, err := h.client.DeleteMultipleObjects(t.Context(), &oss.DeleteMultipleObjectsRequest{Bucket: oss.Ptr(testBucket),
		Objects: []oss.DeleteObject{{Key: oss.Ptr("a"), VersionId: first}, {Key: oss.Ptr("b"), VersionId: marker}, {Key: oss.Ptr("a")}}})
	if err != nil {
		t.Fatal(err)
	}
	d := r.DeletedObjects
	if len(d) != 3 || *d[0].VersionId != *first || d[0].DeleteMarker ||
		!d[1].DeleteMarker || *d[1].DeleteMarkerVersionId != *marker ||
		d[2].VersionId != nil || !d[2].DeleteMarker || *d[2].DeleteMarkerVersionId == "" {
		t.Errorf("deleted %+v", d)
	}
	exchanges := h.journal.Exchanges()
	want := []ObjectVersion{{"a", *first}, {"b", *marker}, {"a", ""}}
	if got := exchanges[len(exchanges)-1].Deletes; !slices.Equal(got, want) {
		t.Errorf("journal %+v, want %+v", got, want)
	}
}
