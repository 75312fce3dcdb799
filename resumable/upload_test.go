package resumable

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
)

// kib is the part size of most tests.
const kib = 1 << 10

// quick turns the knobs so that small files have parts and nothing waits.
var quick = limits{minPart: kib, saveEvery: time.Nanosecond, sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}

// noise returns n bytes that are the same for the same seed.
func noise(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	b := make([]byte, n)
	r.Read(b)
	return b
}

// rig is a service, a client of it, a local file and a store.
type rig struct {
	*service
	c     *oss.Client
	dir   string
	file  string
	store *memory
}

func newRig(t testing.TB, content []byte) *rig {
	s := newService(t)
	r := &rig{service: s, c: s.client(t), dir: t.TempDir(), store: newMemory()}
	r.file = filepath.Join(r.dir, "file.bin")
	if content != nil {
		r.write(t, content)
	}
	return r
}

func (r *rig) write(t testing.TB, content []byte) {
	t.Helper()
	if err := os.WriteFile(r.file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) upOpts() UploadOptions {
	return UploadOptions{Store: r.store, Threshold: NoThreshold, PartSize: kib, limits: quick}
}

func (r *rig) upload(t testing.TB, change ...func(*UploadOptions)) (*UploadResult, error) {
	opts := r.upOpts()
	for _, f := range change {
		f(&opts)
	}
	return Upload(t.Context(), r.c, "bkt", "dir/key.bin", r.file, opts)
}

// mustUpload uploads and checks that the object equals the file.
func (r *rig) mustUpload(t testing.TB, change ...func(*UploadOptions)) *UploadResult {
	t.Helper()
	res, err := r.upload(t, change...)
	if err != nil {
		t.Fatal(err)
	}
	r.checkObject(t, res)
	return res
}

func (r *rig) checkObject(t testing.TB, res *UploadResult) {
	t.Helper()
	want, err := os.ReadFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	o := r.object("dir/key.bin")
	if o == nil || !bytes.Equal(o.data, want) {
		t.Fatal("object differs from file")
	}
	if res.Size != int64(len(want)) || res.CRC64 != digestOf(want).crc || res.ETag != o.etag {
		t.Errorf("result %+v does not describe the object", res)
	}
	if r.uploads() != 0 || r.store.len() != 0 {
		t.Errorf("%d uploads and %d records left", r.uploads(), r.store.len())
	}
}

// failPart makes part n be refused for good.
func failPart(n int) func(int, call) *fault {
	return func(_ int, c call) *fault {
		if c.op == "PART" && c.part == n {
			return &fault{status: 403, code: "AccessDenied"}
		}
		return nil
	}
}

func TestUP1_Threshold(t *testing.T) {
	for _, tt := range []struct {
		name            string
		size, threshold int64
		want            string
	}{
		{"UP-1 one below", 2*kib - 1, 2 * kib, "PUT"},
		{"UP-1 EDGE-2 equal is multipart", 2 * kib, 2 * kib, "INIT"},
		{"EDGE-2 one above", 2*kib + 1, 2 * kib, "INIT"},
		{"EDGE-1 empty file with no threshold", 0, NoThreshold, "PUT"},
		{"no threshold", 1, NoThreshold, "INIT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, noise(1, int(tt.size)))
			res := r.mustUpload(t, func(o *UploadOptions) { o.Threshold = tt.threshold; o.PartSize = 0 })
			if got := r.ops()[0]; got != tt.want {
				t.Errorf("first request is %s, want %s", got, tt.want)
			}
			if res.Multipart != (tt.want == "INIT") {
				t.Errorf("Multipart = %t", res.Multipart)
			}
			if !res.Multipart && (res.MD5 != r.object("dir/key.bin").etag || res.VersionID != "V1") {
				t.Errorf("MD5 %q, version %q", res.MD5, res.VersionID)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	up, down := UploadOptions{}.withDefaults(), DownloadOptions{}.withDefaults()
	got := []int64{up.Threshold, up.PartSize, int64(up.Parts), down.Threshold, down.PartSize, int64(down.Parts), up.limits.minPart, down.limits.minPart}
	want := []int64{10 << 20, 10 << 20, 1, 100 << 20, 10 << 20, 4, 100 << 10, 100 << 10}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUP2_PlainTouchesNoStore(t *testing.T) {
	r := newRig(t, noise(1, 100))
	r.store.hook = func(call string) error { t.Errorf("store %s", call); return nil }
	r.mustUpload(t, func(o *UploadOptions) { o.Threshold = 0 })
	if diff := cmp.Diff([]string{"PUT"}, r.ops()); diff != "" {
		t.Error(diff)
	}
}

func TestUP3_ContentType(t *testing.T) {
	for _, threshold := range []int64{0, NoThreshold} {
		for key, want := range map[string]string{"a.html": "text/html", "a.apk": "application/vnd.android.package-archive", "a.zzz": "application/octet-stream"} {
			r := newRig(t, noise(1, 100))
			opts := r.upOpts()
			opts.Threshold = threshold
			if _, err := Upload(t.Context(), r.c, "bkt", key, r.file, opts); err != nil {
				t.Fatal(err)
			}
			if got := r.object(key).headers.Get("Content-Type"); !strings.HasPrefix(got, want) {
				t.Errorf("%s: Content-Type %q, want %q", key, got, want)
			}
			opts.Headers = map[string]string{"content-type": "x/y"}
			if _, err := Upload(t.Context(), r.c, "bkt", key, r.file, opts); err != nil {
				t.Fatal(err)
			}
			if got := r.object(key).headers["Content-Type"]; !slices.Equal(got, []string{"x/y"}) {
				t.Errorf("%s: Content-Type %q, want the caller's", key, got)
			}
		}
	}
}

func TestUP18_EachPartOnce(t *testing.T) {
	for _, workers := range []int{1, 3, 20} { // EDGE-11: more workers than parts
		r := newRig(t, noise(2, 4*kib+7))
		res := r.mustUpload(t, func(o *UploadOptions) { o.Parts = workers })
		if res.PartsSent != 5 || res.PartsKept != 0 {
			t.Errorf("%d sent, %d kept", res.PartsSent, res.PartsKept)
		}
		parts := r.calls("PART")
		if len(parts) != 5 {
			t.Errorf("UP-6: %d parts sent, want 5", len(parts))
		}
		for _, c := range parts {
			if c.headers.Get("Content-Md5") != "" {
				t.Errorf("part %d with Content-MD5, though answers tell CRC-64", c.part)
			}
			if want := 1024; c.part == 5 && c.bytes != 7 || c.part < 5 && c.bytes != want {
				t.Errorf("UP-6: part %d has %d bytes", c.part, c.bytes)
			}
		}
	}
}

func TestUP20_HeadersOfEachRequest(t *testing.T) {
	r := newRig(t, noise(2, 2*kib))
	headers := map[string]string{
		"Cache-Control": "no-cache", "x-oss-meta-a": "1", "x-oss-request-payer": "requester",
		"x-oss-traffic-limit": "819200", "x-oss-object-acl": "private", "x-oss-storage-class": "IA",
	}
	r.inject(failPart(2))
	if _, err := r.upload(t, func(o *UploadOptions) { o.Headers = headers }); err == nil {
		t.Fatal("no error")
	}
	r.inject(nil)
	r.mustUpload(t, func(o *UploadOptions) { o.Headers = headers })
	want := map[string][]string{
		"INIT":     {"Cache-Control", "X-Oss-Meta-A", "X-Oss-Request-Payer", "X-Oss-Traffic-Limit", "X-Oss-Object-Acl", "X-Oss-Storage-Class"},
		"PART":     {"X-Oss-Request-Payer", "X-Oss-Traffic-Limit"},
		"LIST":     {"X-Oss-Request-Payer"},
		"COMPLETE": {"X-Oss-Request-Payer", "X-Oss-Object-Acl"},
	}
	for op, names := range want {
		c := r.calls(op)[0]
		for name := range headers {
			name, _ := canonicalHeaders(map[string]string{name: ""})
			for name := range name {
				if _, sent := c.headers[name]; sent != slices.Contains(names, name) {
					t.Errorf("%s: header %s sent = %t", op, name, sent)
				}
			}
		}
	}
}

func TestUP23_SparseKeysAndEscapes(t *testing.T) {
	for _, key := range []string{"a b+c%2F.txt", "中文*?&#/..//x", "\x01\n", "a\tb\nc", "a\rb", strings.Repeat("k", 1023), "emoji😀"} { // EDGE-13
		r := newRig(t, noise(3, 3*kib))
		r.inject(failPart(2))
		if _, err := Upload(t.Context(), r.c, "bkt", key, r.file, r.upOpts()); err == nil {
			t.Fatal("no error")
		}
		r.inject(nil)
		res, err := Upload(t.Context(), r.c, "bkt", key, r.file, r.upOpts())
		if err != nil {
			t.Errorf("%q: %v", key, err)
			continue
		}
		want := 1
		if !fitsXML(key) {
			want = 0
		}
		if res.PartsKept != want || r.object(key) == nil || r.uploads() != 0 {
			t.Errorf("%q: %+v, %d uploads left", key, res, r.uploads())
		}
	}
}

func TestRefusedBeforeAnyRequest(t *testing.T) {
	r := newRig(t, noise(1, 10))
	dir := filepath.Join(r.dir, "d")
	os.Mkdir(dir, 0o700)
	set := func(f func(*UploadOptions)) func(*UploadOptions) { return f }
	for _, tt := range []struct {
		name, key, file string
		change          func(*UploadOptions)
		want            error
	}{
		{"missing file", "k", r.file + "x", nil, fs.ErrNotExist},
		{"directory", "k", dir, nil, ErrInvalid},
		{"empty name", "k", "", nil, ErrInvalid},
		{"empty key", "", r.file, nil, ErrInvalid},
		{"leading slash", "/k", r.file, nil, ErrInvalid},
		{"leading backslash", `\k`, r.file, nil, ErrInvalid},
		{"long key", strings.Repeat("k", 1024), r.file, nil, ErrInvalid},
		{"key not UTF-8", "a\xff", r.file, nil, ErrInvalid},
		{"EDGE-11 negative workers", "k", r.file, set(func(o *UploadOptions) { o.Parts = -1 }), ErrInvalid},
		{"negative part size", "k", r.file, set(func(o *UploadOptions) { o.PartSize = -1 }), ErrInvalid},
		{"negative threshold", "k", r.file, set(func(o *UploadOptions) { o.Threshold = -2 }), ErrInvalid},
		{"reserved header", "k", r.file, set(func(o *UploadOptions) { o.Headers = map[string]string{"content-md5": "x"} }), ErrInvalid},
		{"header given twice", "k", r.file, set(func(o *UploadOptions) { o.Headers = map[string]string{"a": "x", "A": "y"} }), ErrInvalid},
		{"header with a newline", "k", r.file, set(func(o *UploadOptions) { o.Headers = map[string]string{"a": "x\ny"} }), ErrInvalid},
		{"not what was seen", "k", r.file, set(func(o *UploadOptions) { o.Expect = &Fingerprint{Size: 10, ModTime: 1} }), ErrSourceChanged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := r.upOpts()
			if tt.change != nil {
				tt.change(&opts)
			}
			_, err := Upload(t.Context(), r.c, "bkt", tt.key, tt.file, opts)
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if ops := r.ops(); len(ops) != 0 {
				t.Errorf("requests %q", ops)
			}
		})
	}
}

func TestUploadUnderRoot(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	os.Symlink("/etc/hostname", filepath.Join(r.dir, "out"))
	for _, name := range []string{"../file.bin", "/file.bin", "a/../file.bin", "", ".", "file.bin/", "out", "a\x00b"} {
		opts := r.upOpts()
		opts.Root = root
		if _, err := Upload(t.Context(), r.c, "bkt", "k", name, opts); err == nil {
			t.Errorf("%q uploaded", name)
		}
	}
	fi, _ := os.Stat(r.file)
	print := FingerprintOf(fi)
	opts := r.upOpts()
	opts.Root, opts.Expect = root, &print
	res, err := Upload(t.Context(), r.c, "bkt", "dir/key.bin", "file.bin", opts)
	if err != nil {
		t.Fatal(err)
	}
	r.checkObject(t, res)
	if res.Fingerprint != print {
		t.Errorf("fingerprint %+v, want %+v", res.Fingerprint, print)
	}
	r.mustUpload(t) // the same file by path: the same record key
}

func TestUploadFollowsLinkGivenByName(t *testing.T) {
	r := newRig(t, noise(1, 30))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(r.file, link); err != nil {
		t.Skip(err)
	}
	res, err := Upload(t.Context(), r.c, "bkt", "dir/key.bin", link, r.upOpts())
	if err != nil {
		t.Fatal(err)
	}
	r.checkObject(t, res)
}

func TestForbidOverwrite(t *testing.T) {
	forbid := func(o *UploadOptions) { o.ForbidOverwrite = true }
	for _, tt := range []struct {
		name      string
		threshold int64
		op        string
	}{{"plain", 0, "PUT"}, {"parts", NoThreshold, "COMPLETE"}} {
		t.Run(tt.name, func(t *testing.T) {
			size := func(o *UploadOptions) { o.Threshold = tt.threshold }
			r := newRig(t, noise(1, 2*kib))
			r.service.put("dir/key.bin", []byte("other"), "Normal")
			if _, err := r.upload(t, forbid, size); !errors.Is(err, fs.ErrExist) {
				t.Errorf("error %v, want fs.ErrExist", err)
			}
			if string(r.object("dir/key.bin").data) != "other" {
				t.Error("overwritten")
			}

			// The answer is lost after the commit; the repetition meets our own object.
			r = newRig(t, noise(1, 2*kib))
			r.inject(onceOn(tt.op, &fault{lost: true}))
			res := r.mustUpload(t, forbid, size)
			if res.LastModified.IsZero() {
				t.Error("LastModified of the HEAD is missing")
			}
		})
	}
}

// onceOn lets f happen to the first request of an operation.
func onceOn(op string, f *fault) func(int, call) *fault {
	done := false
	return func(_ int, c call) *fault {
		if c.op != op || done {
			return nil
		}
		done = true
		return f
	}
}
