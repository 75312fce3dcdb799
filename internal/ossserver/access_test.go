package ossserver

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// as sends a request signed with another key pair.
func (h *harness) as(id, secret, method, path string, body []byte) answer {
	h.t.Helper()
	r, err := http.NewRequest(method, "http://127.0.0.1"+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	signV4(h.t, r, id, secret, "cn-hangzhou", time.Now())
	return h.send(r)
}

// anonymous sends a request without a signature.
func (h *harness) anonymous(method, path, body string, header ...string) answer {
	h.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequest(method, "http://127.0.0.1"+path, reader)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return h.send(r)
}

// TestAnonymous is the truth table of what an ACL opens to everybody.
func TestAnonymous(t *testing.T) {
	h := newHarness(t)
	restore := func() {
		h.put("plain", "x")
		h.raw("PUT", "/"+testBucket+"/link?symlink", nil, "x-oss-symlink-target", "private")
		for _, acl := range []oss.ObjectACLType{"private", "public-read", "public-read-write"} {
			h.put(string(acl), "x", func(r *oss.PutObjectRequest) { r.Acl = acl })
		}
	}
	const b = "/" + testBucket
	for _, row := range []struct {
		method, path        string
		private, read, full int // status by the ACL of the bucket
		header              []string
	}{
		{"GET", b + "/plain", 403, 200, 200, nil},
		{"HEAD", b + "/plain", 403, 200, 200, nil},
		{"HEAD", b + "/plain?objectMeta", 403, 200, 200, nil},
		{"GET", b + "/private", 403, 403, 403, nil},
		{"GET", b + "/public-read", 200, 200, 200, nil},
		{"GET", b + "/none", 403, 404, 404, nil},
		{"GET", b + "/link", 403, 403, 403, nil},
		{"POST", b + "/?delete", 403, 403, 403, nil},
		{"GET", b + "/plain?response-content-type=a", 400, 400, 400, nil},
		{"GET", b + "/?list-type=2", 403, 200, 200, nil},
		{"GET", b + "/", 403, 200, 200, nil},
		{"GET", b + "/?versions", 403, 200, 200, nil},
		{"PUT", b + "/new", 403, 403, 200, nil},
		{"PUT", b + "/public-read", 403, 403, 403, nil},
		{"PUT", b + "/public-read-write", 200, 200, 200, nil},
		{"PUT", b + "/new", 403, 403, 403, []string{"x-oss-object-acl", "public-read"}},
		{"POST", b + "/up?uploads", 403, 403, 200, nil},
		{"PUT", b + "/copy", 403, 403, 403, []string{"x-oss-copy-source", b + "/private"}},
		{"PUT", b + "/copy", 403, 403, 200, []string{"x-oss-copy-source", b + "/plain"}},
		{"DELETE", b + "/new", 403, 403, 204, nil},
		{"GET", b + "/plain?acl", 403, 403, 403, nil},
		{"GET", b + "/?acl", 403, 403, 403, nil},
		{"PUT", b + "/?acl", 403, 403, 403, []string{"x-oss-acl", "public-read"}},
		{"DELETE", b + "/", 403, 403, 403, nil},
		{"GET", "/", 403, 403, 403, nil},
		{"GET", "/no-such-bucket/k", 404, 404, 404, nil},
	} {
		for acl, want := range map[string]int{"private": row.private, "public-read": row.read, "public-read-write": row.full} {
			if _, err := h.client.PutBucketAcl(t.Context(), &oss.PutBucketAclRequest{Bucket: oss.Ptr(testBucket), Acl: oss.BucketACLType(acl)}); err != nil {
				t.Fatal(err)
			}
			restore()
			got := h.anonymous(row.method, row.path, "", row.header...)
			if got.status != want || want == 403 && got.code() != "AccessDenied" {
				t.Errorf("%s %s %v on %s: %d %s, want %d", row.method, row.path, row.header, acl, got.status, got.code(), want)
			}
		}
	}
}

// TestAnonymousSDK reads with the SDK's anonymous credentials.
func TestAnonymousSDK(t *testing.T) {
	h := newHarness(t)
	h.put("k", "content", func(r *oss.PutObjectRequest) { r.Acl = oss.ObjectACLPublicRead })
	client := h.newClient(func(c *oss.Config) { c.WithCredentialsProvider(credentials.NewAnonymousCredentialsProvider()) })
	r, err := client.GetObject(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k")})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, err := io.ReadAll(r.Body); err != nil || string(body) != "content" {
		t.Errorf("got %q, %v", body, err)
	}
	_, err = client.PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), Body: strings.NewReader("other")})
	wantCode(t, err, 403, "AccessDenied")
}

// TestSecurityToken: a temporary pair is let in with its token alone, a permanent
// one with none.
func TestSecurityToken(t *testing.T) {
	const permanent = "permanent-id"
	h := newHarness(t, func(o *Options) {
		o.Credentials[permanent] = testSecret
		o.SecurityTokens = map[string]string{testKeyID: "token"}
	})
	for _, version := range []oss.SignatureVersionType{oss.SignatureVersionV4, oss.SignatureVersionV1} {
		for _, row := range []struct{ id, token, code string }{
			{testKeyID, "token", ""},
			{testKeyID, "other", "InvalidSecurityToken"},
			{testKeyID, "", "InvalidAccessKeyId"},
			{permanent, "", ""},
			{permanent, "token", "InvalidAccessKeyId"},
		} {
			client := h.newClient(func(c *oss.Config) {
				c.WithSignatureVersion(version).WithCredentialsProvider(credentials.NewStaticCredentialsProvider(row.id, testSecret, row.token))
			})
			_, err := client.ListBuckets(t.Context(), &oss.ListBucketsRequest{})
			if row.code != "" {
				wantCode(t, err, 403, row.code)
			} else if err != nil {
				t.Errorf("%v: %v", row, err)
			}
			p, err := client.Presign(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k")})
			if err != nil {
				t.Fatal(err)
			}
			want := "403 "
			if row.code == "" {
				want = "404 "
			}
			if got := h.fetch(p.URL); !strings.HasPrefix(got, want) {
				t.Errorf("presigned with %v: %s", row, got)
			}
		}
	}
}
