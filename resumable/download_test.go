package resumable

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (r *rig) downOpts() DownloadOptions {
	return DownloadOptions{Store: r.store, Threshold: NoThreshold, PartSize: kib, Parts: 1, limits: quick}
}

func (r *rig) out() string { return filepath.Join(r.dir, "out.bin") }

func (r *rig) download(t testing.TB, change ...func(*DownloadOptions)) (*DownloadResult, error) {
	opts := r.downOpts()
	for _, f := range change {
		f(&opts)
	}
	return Download(t.Context(), r.c, "bkt", "dir/key.bin", r.out(), opts)
}

// mustDownload downloads, checks the file, and that nothing else is left.
func (r *rig) mustDownload(t testing.TB, change ...func(*DownloadOptions)) *DownloadResult {
	t.Helper()
	res, err := r.download(t, change...)
	if err != nil {
		t.Fatal(err)
	}
	r.checkFile(t, res)
	return res
}

func (r *rig) checkFile(t testing.TB, res *DownloadResult) {
	t.Helper()
	got, err := os.ReadFile(r.out())
	o := r.object("dir/key.bin")
	if err != nil || !bytes.Equal(got, o.data) {
		t.Fatalf("file differs from object (%v)", err)
	}
	fi, _ := os.Stat(r.out())
	if res.Fingerprint != FingerprintOf(fi) || res.ETag != o.etag || res.Size != int64(len(got)) || res.CRC64 != digestOf(got).crc {
		t.Errorf("result %+v does not describe the file", res)
	}
	if temps := r.temps(t); len(temps) != 0 || r.store.len() != 0 {
		t.Errorf("left: %q, %d records", temps, r.store.len())
	}
}

// temps lists the temporary files.
func (r *rig) temps(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if IsTempName(e.Name()) {
			names = append(names, filepath.Join(r.dir, e.Name()))
		}
	}
	return names
}

// remoteRig has an object and no local file.
func remoteRig(t testing.TB, data []byte) *rig {
	r := newRig(t, nil)
	r.service.put("dir/key.bin", data, "Normal")
	return r
}

// failRange makes the range that starts at offset be refused for good.
func failRange(offset string) func(int, call) *fault {
	return func(_ int, c call) *fault {
		if strings.HasPrefix(c.headers.Get("Range"), "bytes="+offset+"-") {
			return &fault{status: 403, code: "AccessDenied"}
		}
		return nil
	}
}

func ranges(calls []call) (ranges []string) {
	for _, c := range calls {
		ranges = append(ranges, strings.TrimPrefix(c.headers.Get("Range"), "bytes="))
	}
	return ranges
}

func TestDL2_Threshold(t *testing.T) {
	for _, tt := range []struct {
		name            string
		size, threshold int64
		want            []string
	}{
		{"one below", 2*kib - 1, 2 * kib, []string{"HEAD", "GET"}},
		{"DL-2 EDGE-2 equal is ranged", 2 * kib, 2 * kib, []string{"HEAD", "GET", "GET"}},
		{"one above", 2*kib + 1, 2 * kib, []string{"HEAD", "GET", "GET", "GET"}},
		{"default is larger", 2 * kib, 0, []string{"HEAD", "GET"}},
		{"EDGE-1 empty", 0, NoThreshold, []string{"HEAD"}},
		{"EDGE-1 empty, plain", 0, 0, []string{"HEAD"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := remoteRig(t, noise(1, int(tt.size)))
			res := r.mustDownload(t, func(o *DownloadOptions) { o.Threshold = tt.threshold })
			if diff := cmp.Diff(tt.want, r.ops()); diff != "" {
				t.Errorf("DL-1: %s", diff)
			}
			if res.Ranged != (len(tt.want) > 2) || !res.Verified {
				t.Errorf("%+v", res)
			}
			if !res.Ranged && r.store.puts != 0 {
				t.Error("plain download touched the store")
			}
		})
	}
}

func TestDL14_ConditionsOfEveryGet(t *testing.T) {
	r := remoteRig(t, noise(1, 3*kib))
	o := r.object("dir/key.bin")
	for _, threshold := range []int64{0, NoThreshold} {
		r.mustDownload(t, func(o *DownloadOptions) { o.Threshold = threshold })
		for _, c := range r.calls("GET") {
			want := map[string]string{"If-Match": o.etag, "If-Unmodified-Since": "Fri, 02 Jan 2026 03:05:05 GMT", "Accept-Encoding": "identity"}
			if threshold == NoThreshold {
				want["X-Oss-Range-Behavior"] = "standard"
				if c.headers.Get("Range") == "" {
					t.Error("no Range")
				}
			}
			for name, value := range want {
				if got := c.headers.Get(name); got != value {
					t.Errorf("%s: %q, want %q", name, got, value)
				}
			}
		}
		r.ops()
	}
}

func TestDL1_NotFound(t *testing.T) {
	for name, f := range map[string]*fault{
		"with the code in x-oss-err": nil,
		"bare 404": {status: 404, mangle: func(a *httptest.ResponseRecorder) {
			a.Header().Del("x-oss-err")
			a.Body.Reset()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.inject(func(int, call) *fault { return f })
			_, err := r.download(t)
			if !errors.Is(err, ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("error %v", err)
			}
			if entries, _ := os.ReadDir(r.dir); len(entries) != 0 {
				t.Errorf("left: %v", entries)
			}
		})
	}
}

func TestDL3_PlainFailureLeavesNothing(t *testing.T) {
	for _, f := range []*fault{{status: 500}, {cut: 10}, {hangUp: true}, {mangle: flip}} {
		r := remoteRig(t, noise(1, 100))
		os.WriteFile(r.out(), []byte("old"), 0o600)
		r.inject(func(_ int, c call) *fault {
			if c.op == "GET" {
				return f
			}
			return nil
		})
		_, err := r.download(t, func(o *DownloadOptions) { o.Threshold = 0 })
		if got, _ := os.ReadFile(r.out()); err == nil && f.cut == 0 || string(got) != "old" && f.cut == 0 || len(r.temps(t)) != 0 {
			t.Errorf("%+v: error %v, destination %q, temps %q", f, err, got, r.temps(t))
		}
	}
}

func flip(a *httptest.ResponseRecorder) {
	if b := a.Body.Bytes(); len(b) > 0 {
		b[len(b)/2] ^= 4
	}
}

func TestI2_DL4_DL18_Verification(t *testing.T) {
	for _, threshold := range []int64{0, NoThreshold} {
		for _, tt := range []struct {
			name     string
			noCRC    bool
			kind     string
			mangle   bool
			verified bool
			check    string
		}{
			{"CRC-64 equal", false, "Multipart", false, true, ""},
			{"CRC-64 differs", false, "Multipart", true, false, "CRC-64"},
			{"EDGE-15 MD5 equal", true, "Normal", false, true, ""},
			{"EDGE-15 MD5 differs", true, "Normal", true, false, "MD5"},
			{"EDGE-15 nothing to compare", true, "Multipart", false, false, ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				r := remoteRig(t, noise(1, 3*kib))
				o := r.object("dir/key.bin")
				o.kind, o.noCRC = tt.kind, tt.noCRC
				if tt.mangle {
					r.inject(onceOn("GET", &fault{mangle: flip}))
				}
				res, err := r.download(t, func(o *DownloadOptions) { o.Threshold = threshold })
				if tt.check == "" {
					if err != nil || res.Verified != tt.verified {
						t.Fatalf("%+v, %v", res, err)
					}
					return
				}
				var mismatch *IntegrityError
				if !errors.As(err, &mismatch) || mismatch.Check != tt.check {
					t.Errorf("error %v", err)
				}
				if len(r.temps(t)) != 0 || r.store.len() != 0 {
					t.Errorf("DL-19: left %q, %d records", r.temps(t), r.store.len())
				}
				r.mustDownload(t, func(o *DownloadOptions) { o.Threshold = threshold })
			})
		}
	}
}

func TestL10_DL17_WrongAnswers(t *testing.T) {
	set := func(name, value string) *fault {
		return &fault{mangle: func(a *httptest.ResponseRecorder) { a.Header().Set(name, value) }}
	}
	for name, f := range map[string]*fault{
		"other range":      set("Content-Range", "bytes 1-1024/3072"),
		"other total":      set("Content-Range", "bytes 0-1023/9999"),
		"no range":         {mangle: func(a *httptest.ResponseRecorder) { a.Header().Del("Content-Range") }},
		"whole object":     {mangle: func(a *httptest.ResponseRecorder) { a.Code = 200 }},
		"L10 other length": {mangle: func(a *httptest.ResponseRecorder) { a.Body.Truncate(10); a.Header().Set("Content-Length", "10") }},
		"too long": {mangle: func(a *httptest.ResponseRecorder) {
			a.Body.WriteString("x")
			a.Header().Del("Content-Length")
			a.Header().Set("Transfer-Encoding", "chunked")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := remoteRig(t, noise(1, 3*kib))
			r.inject(onceOn("GET", f))
			if _, err := r.download(t); err == nil || r.store.len() != 1 {
				t.Errorf("error %v, %d records", err, r.store.len())
			}
			r.mustDownload(t)
		})
	}
	t.Run("L9 another ETag", func(t *testing.T) {
		r := remoteRig(t, noise(1, 3*kib))
		r.inject(onceOn("GET", set("ETag", `"X"`)))
		if _, err := r.download(t); !errors.Is(err, ErrRemoteChanged) {
			t.Errorf("error %v", err)
		}
	})
}

func TestDL16_BrokenBodies(t *testing.T) {
	for _, threshold := range []int64{0, NoThreshold} {
		for name, f := range map[string]*fault{
			"reset": {cut: 100}, "M11 stall": {cut: 100, stall: true},
			"short and ended cleanly": {mangle: func(a *httptest.ResponseRecorder) {
				a.Body.Truncate(100)
				a.Header().Del("Content-Length")
				a.Header().Set("Transfer-Encoding", "chunked")
			}},
		} {
			r := remoteRig(t, noise(1, 2*kib))
			r.inject(onceOn("GET", f))
			opts := func(o *DownloadOptions) { o.Threshold, o.StallTimeout = threshold, 200*time.Millisecond }
			r.mustDownload(t, opts)
			// Of a connection that breaks, bytes under way may be lost as well.
			if got := ranges(r.calls("GET")); name == "short and ended cleanly" && !strings.HasPrefix(got[1], "100-") {
				t.Errorf("M10 %s: ranges %q, want the rest", name, got)
			}
		}
	}
	t.Run("M10 no progress is given up", func(t *testing.T) {
		r := remoteRig(t, noise(1, 2*kib))
		r.inject(func(_ int, c call) *fault {
			if c.op == "GET" {
				return &fault{mangle: func(a *httptest.ResponseRecorder) {
					a.Body.Reset()
					a.Header().Del("Content-Length")
					a.Header().Set("Transfer-Encoding", "chunked")
				}}
			}
			return nil
		})
		_, err := r.download(t)
		if n := len(r.calls("GET")); !errors.Is(err, errBroken) || n != maxFruitless {
			t.Errorf("error %v after %d requests", err, n)
		}
	})
	t.Run("M10 progress goes on", func(t *testing.T) {
		r := remoteRig(t, noise(1, 2*kib))
		r.inject(func(_ int, c call) *fault { return &fault{cut: 100} })
		r.mustDownload(t, func(o *DownloadOptions) { o.Threshold = 0 })
	})
}

func TestL15_Archived(t *testing.T) {
	r := remoteRig(t, noise(1, 2*kib))
	r.inject(onceOn("GET", &fault{status: 403, code: "InvalidObjectState"}))
	if _, err := r.download(t); !errors.Is(err, ErrArchived) {
		t.Errorf("error %v", err)
	}
}

func TestDownloadExpectETag(t *testing.T) {
	r := remoteRig(t, noise(1, 2*kib))
	if _, err := r.download(t, func(o *DownloadOptions) { o.ExpectETag = "X" }); !errors.Is(err, ErrRemoteChanged) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{"HEAD"}, r.ops()); diff != "" {
		t.Error(diff)
	}
	r.mustDownload(t, func(o *DownloadOptions) { o.ExpectETag = `"` + r.object("dir/key.bin").etag + `"` })
}

func TestDownloadCancel(t *testing.T) {
	r := remoteRig(t, noise(1, 5*kib))
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	r.inject(func(_ int, c call) *fault {
		if c.op == "GET" {
			if n++; n == 3 {
				cancel()
			}
		}
		return nil
	})
	_, err := Download(ctx, r.c, "bkt", "dir/key.bin", r.out(), r.downOpts())
	if !errors.Is(err, context.Canceled) || len(r.temps(t)) != 1 {
		t.Errorf("error %v, temps %q", err, r.temps(t))
	}
	r.inject(nil)
	if res := r.mustDownload(t); res.RangesKept < 2 {
		t.Errorf("%d ranges kept", res.RangesKept)
	}
}

func TestVersionID(t *testing.T) {
	r := remoteRig(t, noise(1, 2*kib))
	var seen []string
	r.Config.Handler = recordVersions(r.service, &seen)
	r.mustDownload(t, func(o *DownloadOptions) { o.VersionID = "CAEQ" })
	if !slices.Equal(seen, []string{"CAEQ", "CAEQ", "CAEQ"}) {
		t.Errorf("versions asked for: %q", seen)
	}
}
