package ossserver

import (
	"bytes"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"hash/crc64"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/crypto"
	"github.com/google/go-cmp/cmp"
)

// randomBytes are reproducible: the seed is fixed.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

func crcText(b []byte) string {
	return strconv.FormatUint(crc64.Checksum(b, crc64.MakeTable(crc64.ECMA)), 10)
}

func TestSDKObjectLife(t *testing.T) {
	h := newHarness(t)
	for _, size := range []int{0, 1, inlineLimit, inlineLimit + 1, 3*copyBuffer + 7} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			key, body := fmt.Sprintf("dir/%d.txt", size), randomBytes(size)
			put := h.put(key, string(body), func(r *oss.PutObjectRequest) {
				r.Metadata = map[string]string{"name": "value"}
				r.CacheControl, r.ContentDisposition = oss.Ptr("no-cache"), oss.Ptr("attachment")
				r.ContentEncoding, r.Expires = oss.Ptr("br"), oss.Ptr("never")
				r.Tagging = oss.Ptr("a=1&b=2")
				r.StorageClass = oss.StorageClassIA
			})
			if got := oss.ToString(put.HashCRC64); got != crcText(body) {
				t.Errorf("put: crc %s, want %s", got, crcText(body))
			}
			head, err := h.client.HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key})
			if err != nil {
				t.Fatal(err)
			}
			got := []any{head.ContentLength, *head.ETag, *head.HashCRC64, *head.ContentType, *head.CacheControl,
				*head.ContentDisposition, *head.ContentEncoding, *head.Expires, head.Metadata, head.TaggingCount, *head.StorageClass, *head.ObjectType}
			want := []any{int64(size), *put.ETag, crcText(body), "text/plain", "no-cache",
				"attachment", "br", "never", map[string]string{"name": "value"}, int32(2), "IA", "Normal"}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("head (-want +got):\n%s", d)
			}
			meta, err := h.client.GetObjectMeta(t.Context(), &oss.GetObjectMetaRequest{Bucket: oss.Ptr(testBucket), Key: &key})
			if err != nil {
				t.Fatal(err)
			}
			if meta.ContentLength != int64(size) || *meta.ETag != *put.ETag || *meta.HashCRC64 != crcText(body) {
				t.Errorf("meta: %+v", meta)
			}
			if got := h.get(key); !bytes.Equal(got, body) {
				t.Errorf("get: %d bytes differ", len(got))
			}
			if _, err := h.client.DeleteObject(t.Context(), &oss.DeleteObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key}); err != nil {
				t.Fatal(err)
			}
			_, err = h.client.HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key})
			if se := wantCode(t, err, 404, "NoSuchKey"); se.EC != "0026-00000001" {
				t.Errorf("EC %q", se.EC)
			}
		})
	}
	if n := h.contentFiles(); n != 0 {
		t.Errorf("%d content files left", n)
	}
}

func (h *harness) get(key string) []byte {
	h.t.Helper()
	r, err := h.client.GetObject(h.t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key})
	if err != nil {
		h.t.Fatalf("get %q: %v", key, err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Fatalf("get %q: %v", key, err)
	}
	return body
}

func TestSDKTransferManagers(t *testing.T) {
	h := newHarness(t)
	body := randomBytes(1<<20 + 11)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	up := h.client.NewUploader(func(o *oss.UploaderOptions) { o.PartSize = 256 << 10 })
	if _, err := up.UploadFile(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("big")}, path); err != nil {
		t.Fatal(err)
	}
	if got := h.get("big"); !bytes.Equal(got, body) {
		t.Fatal("upload differs")
	}
	down := h.client.NewDownloader(func(o *oss.DownloaderOptions) { o.PartSize = 200_000 })
	if _, err := down.DownloadFile(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("big")}, path+".down"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path + ".down"); err != nil || !bytes.Equal(got, body) {
		t.Fatalf("download differs: %v", err)
	}
	copier := h.client.NewCopier(func(o *oss.CopierOptions) {
		o.PartSize, o.MultipartCopyThreshold = 300_000, 300_000
		o.DisableShallowCopy = true
	})
	if _, err := copier.Copy(t.Context(), &oss.CopyObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("copied"), SourceKey: oss.Ptr("big")}); err != nil {
		t.Fatal(err)
	}
	if got := h.get("copied"); !bytes.Equal(got, body) {
		t.Fatal("copy differs")
	}
	if h.journal.Count(UploadPartCopy) != 4 {
		t.Errorf("%d part copies", h.journal.Count(UploadPartCopy))
	}
}

func TestSDKEncryptionClient(t *testing.T) {
	h := newHarness(t)
	private, err := rsa.GenerateKey(cryptorand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	master, err := crypto.CreateMasterRsa(map[string]string{},
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
		string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})))
	if err != nil {
		t.Fatal(err)
	}
	client, err := oss.NewEncryptionClient(h.client, master)
	if err != nil {
		t.Fatal(err)
	}
	body := randomBytes(100_000)
	if _, err := client.PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("secret"), Body: bytes.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(h.get("secret"), body) {
		t.Error("stored as plain text")
	}
	r, err := client.GetObject(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("secret"), Range: oss.Ptr("bytes=5-20")})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got, err := io.ReadAll(r.Body); err != nil || !bytes.Equal(got, body[5:21]) {
		t.Errorf("range: %d bytes, %v", len(got), err)
	}
}

func TestSDKPresign(t *testing.T) {
	for _, version := range []oss.SignatureVersionType{oss.SignatureVersionV4, oss.SignatureVersionV1} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			now := time.Now()
			h := newHarness(t, func(o *Options) { o.Now = func() time.Time { return now } })
			client := h.newClient(func(c *oss.Config) { c.WithSignatureVersion(version) })
			h.put("a b+c/中", "content")
			p, err := client.Presign(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("a b+c/中")}, oss.PresignExpires(10*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			if got := h.fetch(p.URL); got != "200 content" {
				t.Errorf("got %q", got)
			}
			if got := h.fetch(strings.Replace(p.URL, "%E4%B8%AD", "%E4%B8%AE", 1)); !strings.Contains(got, "SignatureDoesNotMatch") {
				t.Errorf("other key: %q", got)
			}
			now = now.Add(11 * time.Minute)
			if got := h.fetch(p.URL); !strings.HasPrefix(got, "403 ") || !strings.Contains(got, "Request has expired.") {
				t.Errorf("expired: %q", got)
			}
		})
	}
}

// fetch gets a URL without signing it and returns status and body.
func (h *harness) fetch(url string) string {
	h.t.Helper()
	resp, err := h.http.Get(url)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}

func TestSDKSignatureV1(t *testing.T) {
	h := newHarness(t)
	client := h.newClient(func(c *oss.Config) { c.WithSignatureVersion(oss.SignatureVersionV1) })
	if _, err := client.PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("a b"), Body: strings.NewReader("x"),
		Metadata: map[string]string{"a": "1", "a-b": "2"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListMultipartUploads(t.Context(), &oss.ListMultipartUploadsRequest{Bucket: oss.Ptr(testBucket)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetBucketInfo(t.Context(), &oss.GetBucketInfoRequest{Bucket: oss.Ptr(testBucket)}); err != nil {
		t.Fatal(err)
	}
}

func TestSDKVirtualHosted(t *testing.T) {
	h := newHarness(t)
	client := h.newClient(func(c *oss.Config) { c.WithEndpoint("http://localhost:9000") })
	if _, err := client.PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
	info, err := client.GetBucketInfo(t.Context(), &oss.GetBucketInfoRequest{Bucket: oss.Ptr(testBucket)})
	if err != nil {
		t.Fatal(err)
	}
	if got := oss.ToString(info.BucketInfo.ExtranetEndpoint); got != "http://localhost:9000" {
		t.Errorf("endpoint %q", got)
	}
	if got := h.journal.Exchanges()[0]; got.Bucket != testBucket || got.Key != "k" || got.Status != http.StatusOK {
		t.Errorf("exchange %+v", got)
	}
}
