package ossserver

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

// oraclePage is the listing done the slow way: roll up all names, then cut.
func oraclePage(keys []string, prefix, delimiter, after string, limit int) (page []string, truncated bool) {
	for _, key := range keys {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		name := key
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			name = prefix + rest[:i+len(delimiter)]
		}
		if name <= after || len(page) > 0 && page[len(page)-1] == name {
			continue
		}
		if len(page) == limit {
			return page, true
		}
		page = append(page, name)
	}
	return page, false
}

// TestWalk compares the seeking walk with the oracle, over object keys and over
// the escaped keys of uploads.
func TestWalk(t *testing.T) {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "db"), 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := rapid.StringOfN(rapid.SampledFrom([]rune{'a', 'b', '/', '-', 0, 1, '中', 0xFF}), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(name.Filter(func(s string) bool { return s != "" }), 0, 30, rapid.ID[string]).Draw(t, "keys")
		slices.Sort(keys)
		prefix, after := name.Draw(t, "prefix"), name.Draw(t, "after")
		delimiter := rapid.SampledFrom([]string{"", "/", "a/", "\x00", "-"}).Draw(t, "delimiter")
		limit := rapid.IntRange(1, 8).Draw(t, "limit")
		uploads := rapid.Bool().Draw(t, "uploads")

		tx, err := db.Begin(true)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		b, err := tx.CreateBucket([]byte("b"))
		if err != nil {
			t.Fatal(err)
		}
		w := walk{prefix: []byte(prefix), delimiter: []byte(delimiter), after: []byte(after), limit: limit}
		id := strings.Repeat("0", uploadIDLength)
		if uploads {
			w.nameOf = func(k []byte) []byte { key, _ := splitUploadKey(k); return key }
			w.seekOf = uploadSeek
		}
		for _, key := range keys {
			k := []byte(key)
			if uploads {
				k = uploadKey(key, id)
			}
			if err := b.Put(k, []byte{1}); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		truncated, err := w.run(b.Cursor(), func(e entry) error {
			got = append(got, string(e.name))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want, wantTruncated := oraclePage(keys, prefix, delimiter, after, limit)
		if d := cmp.Diff(want, got); d != "" || truncated != wantTruncated {
			t.Fatalf("truncated %v, want %v; (-want +got):\n%s", truncated, wantTruncated, d)
		}
	})
}

// TestUploadKeyOrder checks that database keys of uploads sort as the pairs do.
func TestUploadKeyOrder(t *testing.T) {
	key := rapid.StringOfN(rapid.SampledFrom([]rune{0, 1, 'a', 0xFF}), 1, 5, -1)
	id := rapid.StringMatching(`[0-9A-F]{32}`)
	rapid.Check(t, func(t *rapid.T) {
		k1, k2, i1, i2 := key.Draw(t, "k1"), key.Draw(t, "k2"), id.Draw(t, "i1"), id.Draw(t, "i2")
		want := strings.Compare(k1, k2)
		if want == 0 {
			want = strings.Compare(i1, i2)
		}
		if got := bytes.Compare(uploadKey(k1, i1), uploadKey(k2, i2)); got != want {
			t.Fatalf("got order %d, want %d", got, want)
		}
		if k, i := splitUploadKey(uploadKey(k1, i1)); string(k) != k1 || string(i) != i1 {
			t.Fatalf("split gives %q %q", k, i)
		}
	})
}

// names lists all pages with a paginator of the SDK, objects and prefixes.
func (h *harness) names(prefix, delimiter string, limit int32) (names []string) {
	h.t.Helper()
	p := h.client.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: oss.Ptr(testBucket), Prefix: &prefix, Delimiter: &delimiter, MaxKeys: limit})
	for p.HasNext() {
		page, err := p.NextPage(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if page.KeyCount > int(limit) || page.KeyCount != len(page.Contents)+len(page.CommonPrefixes) {
			h.t.Errorf("KeyCount %d, %d objects, %d prefixes, limit %d", page.KeyCount, len(page.Contents), len(page.CommonPrefixes), limit)
		}
		var got []string
		for _, o := range page.Contents {
			got = append(got, *o.Key)
		}
		for _, c := range page.CommonPrefixes {
			got = append(got, *c.Prefix)
		}
		slices.Sort(got)
		names = append(names, got...)
	}
	return names
}

// oddKeys has keys of every byte class that OSS allows (EN-6, OI-2).
func oddKeys() []string {
	keys := []string{
		"plain", "a b", "a+b", "a%2Fb", "a%b", "_)(*&^%$#@!", "q?x=1&y", "h#f", "back\\slash", `"quoted"`, "'<&>'",
		"dir/", "dir/a", "dir//x", "a/../b", "./x", "..", "中文+*/%-.txt", "\U0001F600", "new\nline", "tab\t", "cr\r", "end/",
		strings.Repeat("k", maxKeyLength), "e\u0301", "\u00e9", "\uFFFD", "\uFEFF", "nul\x00nul",
	}
	for c := byte(1); c < 0x80; c++ {
		if c != '/' && c != '\\' {
			keys = append(keys, string(rune(c))+"-ascii")
		}
	}
	slices.Sort(keys)
	return keys
}

func TestEN6OddKeysThroughSDK(t *testing.T) {
	h := newHarness(t)
	keys := oddKeys()
	for _, key := range keys {
		h.put(key, "body of "+key)
	}
	if d := cmp.Diff(keys, h.names("", "", 7)); d != "" {
		t.Errorf("listing (-want +got):\n%s", d)
	}
	want, _ := oraclePage(keys, "", "/", "", 10_000)
	if d := cmp.Diff(want, h.names("", "/", 3)); d != "" {
		t.Errorf("rolled up (-want +got):\n%s", d)
	}
	v1 := h.client.NewListObjectsPaginator(&oss.ListObjectsRequest{Bucket: oss.Ptr(testBucket), MaxKeys: 7})
	var got []string
	for v1.HasNext() {
		page, err := v1.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			got = append(got, *o.Key)
			if o.Owner == nil || *o.Type != "Normal" || *o.StorageClass != "Standard" || o.LastModified == nil {
				t.Errorf("entry %+v", o)
			}
		}
	}
	if d := cmp.Diff(keys, got); d != "" {
		t.Errorf("version 1 (-want +got):\n%s", d)
	}
	for _, key := range keys {
		if got := string(h.get(key)); got != "body of "+key {
			t.Errorf("get %q: %q", key, got)
		}
		if _, err := h.client.CopyObject(t.Context(), &oss.CopyObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("copy"), SourceKey: &key}); err != nil {
			t.Errorf("copy of %q: %v", key, err)
		}
		if _, err := h.client.DeleteObject(t.Context(), &oss.DeleteObjectRequest{Bucket: oss.Ptr(testBucket), Key: &key}); err != nil {
			t.Errorf("delete %q: %v", key, err)
		}
	}
	if d := cmp.Diff([]string{"copy"}, h.names("", "", 100)); d != "" {
		t.Errorf("after deletes (-want +got):\n%s", d)
	}
}

func TestListBuckets(t *testing.T) {
	h := newHarness(t)
	want := []string{testBucket}
	for i := range 5 {
		name := fmt.Sprintf("logs-%d", i)
		if _, err := h.client.PutBucket(t.Context(), &oss.PutBucketRequest{Bucket: &name, Acl: oss.BucketACLPublicRead,
			CreateBucketConfiguration: &oss.CreateBucketConfiguration{StorageClass: oss.StorageClassIA, DataRedundancyType: oss.DataRedundancyZRS}}); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	for _, row := range []struct {
		prefix, marker string
		want           []string
	}{{"", "", want}, {"logs-", "", want[1:]}, {"", "logs-2", want[4:]}, {"none", "", nil}} {
		p := h.client.NewListBucketsPaginator(&oss.ListBucketsRequest{Prefix: &row.prefix, Marker: &row.marker, MaxKeys: 2})
		var got []string
		for p.HasNext() {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range page.Buckets {
				got = append(got, *b.Name)
				if *b.Region != "cn-hangzhou" || *b.Location != "oss-cn-hangzhou" || *b.ExtranetEndpoint != "http://127.0.0.1" || b.CreationDate == nil {
					t.Errorf("bucket %+v", b)
				}
			}
		}
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("prefix %q marker %q (-want +got):\n%s", row.prefix, row.marker, d)
		}
	}
	// BI-2: nothing about pages where no page was asked for.
	if a := h.raw("GET", "/", nil); strings.Contains(string(a.body), "IsTruncated") || strings.Count(string(a.body), "<Bucket>") != 6 {
		t.Errorf("all buckets: %s", a.body)
	}
	info, err := h.client.GetBucketInfo(t.Context(), &oss.GetBucketInfoRequest{Bucket: oss.Ptr("logs-1")})
	if err != nil {
		t.Fatal(err)
	}
	b := info.BucketInfo
	if *b.StorageClass != "IA" || *b.DataRedundancyType != "ZRS" || *b.ACL != "public-read" || *b.Name != "logs-1" {
		t.Errorf("info %+v", b)
	}
	location, err := h.client.GetBucketLocation(t.Context(), &oss.GetBucketLocationRequest{Bucket: oss.Ptr("logs-1")})
	if err != nil || *location.LocationConstraint != "oss-cn-hangzhou" {
		t.Errorf("location %v, %v", location, err)
	}
}

func TestDeleteBucket(t *testing.T) {
	h := newHarness(t)
	h.put("a", "b")
	remove := func() error {
		_, err := h.client.DeleteBucket(t.Context(), &oss.DeleteBucketRequest{Bucket: oss.Ptr(testBucket)})
		return err
	}
	wantCode(t, remove(), 409, "BucketNotEmpty")
	if _, err := h.client.DeleteObject(t.Context(), &oss.DeleteObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("a")}); err != nil {
		t.Fatal(err)
	}
	id := h.initiate("a")
	wantCode(t, remove(), 409, "BucketNotEmpty")
	h.abort("a", id)
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, remove(), 404, "NoSuchBucket")
	_, err := h.client.ListObjectsV2(t.Context(), &oss.ListObjectsV2Request{Bucket: oss.Ptr(testBucket)})
	wantCode(t, err, 404, "NoSuchBucket")
	_, err = h.client.PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("a"), Body: strings.NewReader("")})
	wantCode(t, err, 404, "NoSuchBucket")
}
