package ossserver

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestSymlink(t *testing.T) {
	h := newHarness(t)
	bucket, ctx := oss.Ptr(testBucket), t.Context()
	link := func(key, target string) error {
		_, err := h.client.PutSymlink(ctx, &oss.PutSymlinkRequest{Bucket: bucket, Key: &key, Target: &target, Metadata: map[string]string{"of": "link"}})
		return err
	}
	put := h.put("dir/a b", "content")
	if err := link("link", "dir%2Fa%20b"); err != nil {
		t.Fatal(err)
	}
	got, err := h.client.GetSymlink(ctx, &oss.GetSymlinkRequest{Bucket: bucket, Key: oss.Ptr("link")})
	if err != nil || *got.Target != "dir/a%20b" || got.Metadata["of"] != "link" || *got.ETag == "" {
		t.Errorf("get symlink: %+v, %v", got, err)
	}
	head, err := h.client.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: bucket, Key: oss.Ptr("link")})
	if err != nil || *head.ObjectType != "Symlink" || head.ContentLength != 7 || *head.ETag != *put.ETag || head.Metadata["of"] != "link" {
		t.Errorf("head: %+v, %v", head, err)
	}
	if got := string(h.get("link")); got != "content" {
		t.Errorf("get: %q", got)
	}
	h.put("dir/a b", "other")
	if got := string(h.get("link")); got != "other" {
		t.Errorf("get after a change of the target: %q", got)
	}
	if err := link("second", "link"); err != nil {
		t.Fatal(err)
	}
	if err := link("dangling", "none"); err != nil {
		t.Fatal(err)
	}
	for key, code := range map[string]string{"second": "InvalidTargetType", "dangling": "SymlinkTargetNotExist"} {
		if got := h.raw("GET", "/"+testBucket+"/"+key, nil); got.code() != code {
			t.Errorf("get %s: %d %s", key, got.status, got.code())
		}
	}
	_, err = h.client.GetSymlink(ctx, &oss.GetSymlinkRequest{Bucket: bucket, Key: oss.Ptr("dir/a b")})
	wantCode(t, err, 400, "NotSymlink")
	wantCode(t, link("bad", "/lead"), 400, "InvalidObjectName")
	if got := h.raw("PUT", "/"+testBucket+"/bad?symlink", nil); got.code() != "InvalidObjectName" {
		t.Errorf("no target: %d %s", got.status, got.code())
	}
}

func TestObjectACL(t *testing.T) {
	h := newHarness(t)
	bucket, key, ctx := oss.Ptr(testBucket), oss.Ptr("k"), t.Context()
	h.put("k", "x")
	acl := func() string {
		r, err := h.client.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: bucket, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return *r.ACL
	}
	if got := acl(); got != "default" {
		t.Errorf("new object: %s", got)
	}
	for _, want := range []oss.ObjectACLType{"private", "public-read", "public-read-write", "default"} {
		if _, err := h.client.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: bucket, Key: key, Acl: want}); err != nil {
			t.Fatal(err)
		}
		if got := acl(); got != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	_, err := h.client.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: bucket, Key: key, Acl: "all"})
	wantCode(t, err, 400, "InvalidArgument")
	_, err = h.client.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: bucket, Key: oss.Ptr("none")})
	wantCode(t, err, 404, "NoSuchKey")
	if got := h.raw("PUT", "/"+testBucket+"/k?acl", nil); got.code() != "InvalidArgument" {
		t.Errorf("no ACL: %d %s", got.status, got.code())
	}
}

func TestObjectTagging(t *testing.T) {
	h := newHarness(t)
	bucket, key, ctx := oss.Ptr(testBucket), oss.Ptr("k"), t.Context()
	tags := func(key string) string {
		r, err := h.client.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: bucket, Key: &key})
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, tag := range r.Tags {
			all = append(all, *tag.Key+"="+*tag.Value)
		}
		return strings.Join(all, "&")
	}
	h.put("k", "x", func(r *oss.PutObjectRequest) { r.Tagging = oss.Ptr("b=2%2B2&a%20b=") })
	if got := tags("k"); got != "b=2+2&a b=" {
		t.Errorf("from the header: %q", got)
	}
	put := func(pairs ...string) error {
		set := &oss.TagSet{}
		for i := 0; i < len(pairs); i += 2 {
			set.Tags = append(set.Tags, oss.Tag{Key: &pairs[i], Value: &pairs[i+1]})
		}
		_, err := h.client.PutObjectTagging(ctx, &oss.PutObjectTaggingRequest{Bucket: bucket, Key: key, Tagging: &oss.Tagging{TagSet: set}})
		return err
	}
	if err := put("x", "1", "y", "a=b"); err != nil {
		t.Fatal(err)
	}
	if got := tags("k"); got != "x=1&y=a=b" {
		t.Errorf("from the document: %q", got)
	}
	wantCode(t, put("x", "1", "x", "2"), 400, "InvalidTag")
	wantCode(t, put("x", "*"), 400, "InvalidTag")
	wantCode(t, put("", "1"), 400, "InvalidTag")
	var many []string
	for i := range maxTags + 1 {
		many = append(many, fmt.Sprint(i), "v")
	}
	wantCode(t, put(many...), 400, "InvalidTag")

	for directive, want := range map[string]string{"COPY": "x=1&y=a=b", "REPLACE": "n=1"} {
		err := h.copy(func(r *oss.CopyObjectRequest) {
			r.SourceKey, r.Key, r.TaggingDirective, r.Tagging = key, oss.Ptr("copy"), &directive, oss.Ptr("n=1")
		})
		if got := tags("copy"); err != nil || got != want {
			t.Errorf("%s: %q, %v", directive, got, err)
		}
	}
	if _, err := h.client.DeleteObjectTagging(ctx, &oss.DeleteObjectTaggingRequest{Bucket: bucket, Key: key}); err != nil {
		t.Fatal(err)
	}
	if got := tags("k"); got != "" {
		t.Errorf("after the delete: %q", got)
	}
}

func TestEncryption(t *testing.T) {
	h := newHarness(t)
	bucket, ctx := oss.Ptr(testBucket), t.Context()
	for _, row := range []struct{ algorithm, data, key, want string }{
		{"AES256", "", "", "AES256  "},
		{"SM4", "", "", "SM4  "},
		{"KMS", "SM4", "my-key", "KMS SM4 my-key"},
		{"KMS", "", "", "KMS  " + defaultKMSKey},
	} {
		put := h.put("k", "x", func(r *oss.PutObjectRequest) {
			r.ServerSideEncryption, r.ServerSideDataEncryption, r.ServerSideEncryptionKeyId = &row.algorithm, &row.data, &row.key
		})
		head, err := h.client.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: bucket, Key: oss.Ptr("k")})
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range []string{
			fmt.Sprintf("%s %s %s", put.Headers.Get("x-oss-server-side-encryption"), put.Headers.Get("x-oss-server-side-data-encryption"), put.Headers.Get("x-oss-server-side-encryption-key-id")),
			fmt.Sprintf("%s %s %s", oss.ToString(head.ServerSideEncryption), oss.ToString(head.ServerSideDataEncryption), oss.ToString(head.ServerSideEncryptionKeyId)),
		} {
			if got != row.want {
				t.Errorf("%+v: %q", row, got)
			}
		}
	}
	id := h.initiate("k", func(r *oss.InitiateMultipartUploadRequest) { r.ServerSideEncryption = oss.Ptr("SM4") })
	if got := h.raw("PUT", "/"+testBucket+"/k?partNumber=1&uploadId="+id, []byte("x")).header.Get("x-oss-server-side-encryption"); got != "SM4" {
		t.Errorf("part: %q", got)
	}
	for _, row := range [][]string{
		{"InvalidEncryptionAlgorithmError", "x-oss-server-side-encryption", "DES"},
		{"InvalidArgument", "x-oss-server-side-encryption", "AES256", "x-oss-server-side-encryption-key-id", "k"},
		{"", "x-oss-server-side-data-encryption", "SM4"},
		{"", "x-oss-server-side-encryption", "AES256", "x-oss-server-side-data-encryption", "SM4"},
		{"InvalidArgument", "x-oss-server-side-encryption", "KMS", "x-oss-server-side-data-encryption", "AES"},
	} {
		if got := h.raw("PUT", "/"+testBucket+"/k", nil, row[1:]...); got.code() != row[0] {
			t.Errorf("%v: %d %s", row, got.status, got.code())
		}
	}
	// The rule of the bucket is for objects that name nothing themselves.
	rule := &oss.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &oss.ApplyServerSideEncryptionByDefault{SSEAlgorithm: oss.Ptr("AES256")}}
	if _, err := h.client.PutBucketEncryption(ctx, &oss.PutBucketEncryptionRequest{Bucket: bucket, ServerSideEncryptionRule: rule}); err != nil {
		t.Fatal(err)
	}
	if got := h.put("k", "x").Headers.Get("x-oss-server-side-encryption"); got != "AES256" {
		t.Errorf("by the rule of the bucket: %q", got)
	}
	if _, err := h.client.DeleteBucketEncryption(ctx, &oss.DeleteBucketEncryptionRequest{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	if got := h.put("k", "x").Headers.Get("x-oss-server-side-encryption"); got != "" {
		t.Errorf("without the rule: %q", got)
	}
}
