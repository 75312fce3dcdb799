package resumable

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// L1: what writes to the temporary file behind our back, beyond its end, is not
// published.
func TestDL16_SizeIsCheckedBeforePublishing(t *testing.T) {
	for _, threshold := range []int64{0, NoThreshold} {
		r := remoteRig(t, noise(1, 3*kib))
		r.change("GET", func() {
			if err := os.WriteFile(r.temps(t)[0], noise(9, 4*kib), 0o600); err != nil {
				t.Error(err)
			}
		})
		_, err := r.download(t, func(o *DownloadOptions) { o.Threshold = threshold })
		var mismatch *IntegrityError
		if !errors.As(err, &mismatch) || mismatch.Check != "size" || mismatch.Local != "4096" || mismatch.Remote != "3072" {
			t.Errorf("error %v", err)
		}
		if _, err := os.Stat(r.out()); !errors.Is(err, fs.ErrNotExist) || len(r.temps(t)) != 0 || r.store.len() != 0 {
			t.Errorf("published: %v; temps %q, %d records", err, r.temps(t), r.store.len())
		}
		r.inject(nil)
		r.mustDownload(t, func(o *DownloadOptions) { o.Threshold = threshold })
	}
}

// L5: a process that dies between the link and the removal of publishing without
// replacing leaves the temporary name on the published file.
func TestDL9_TempThatIsPublishedIsNotWrittenTo(t *testing.T) {
	for name, published := range map[string]func(r *rig) string{
		"as the target":  func(r *rig) string { return r.out() },
		"somewhere else": func(r *rig) string { return filepath.Join(r.dir, "moved.bin") },
	} {
		t.Run(name, func(t *testing.T) {
			r := half(t)
			file := published(r)
			temp := r.temps(t)[0]
			if err := os.Link(temp, file); err != nil {
				t.Skip(err)
			}
			edited := []byte("edited by its owner")
			f, err := os.OpenFile(file, os.O_WRONLY|os.O_TRUNC, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Write(edited)
			if err = errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
			refuse := errors.New("changed here")
			_, err = r.download(t, func(o *DownloadOptions) {
				o.BeforePublish = func(*os.Root, string) error { return refuse }
			})
			if got, readErr := os.ReadFile(file); !errors.Is(err, refuse) || !bytes.Equal(got, edited) {
				t.Errorf("error %v; file holds %d bytes, %v", err, len(got), readErr)
			}
			if _, err := os.Lstat(temp); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("temporary name: %v", err)
			}
			if res := r.mustDownload(t); res.RangesKept != 5 {
				t.Errorf("%d ranges kept", res.RangesKept)
			}
		})
	}
}

func TestL2_TempIsOurs(t *testing.T) {
	dir := t.TempDir()
	p, err := openPlace(nil, filepath.Join(dir, "out.bin"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	f, base, err := createTemp(p)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if f, err := createPrivate(p, base); !errors.Is(err, fs.ErrExist) {
		f.Close()
		t.Errorf("file of another made anew: %v", err)
	}
	fi, err := p.root.Lstat(base)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.root.Rename(base, "kept"), p.root.WriteFile(base, []byte("other"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if f, err := openSame(p, base, fi); !errors.Is(err, ErrInvalid) {
		f.Close()
		t.Errorf("another file opened: %v", err)
	}
}

func TestDL13_TempGrowsAsRangesCome(t *testing.T) {
	r := remoteRig(t, noise(1, 4*kib))
	var sizes []int64
	r.inject(func(_ int, c call) *fault {
		if c.op != "GET" {
			return nil
		}
		fi, err := os.Stat(r.temps(t)[0])
		if err != nil {
			t.Error(err)
			return nil
		}
		sizes = append(sizes, fi.Size())
		return nil
	})
	r.mustDownload(t)
	if got := fmt.Sprint(sizes); got != "[0 1024 2048 3072]" {
		t.Errorf("sizes at each request %s", got)
	}
	r = half(t)
	r.editRecord(t, func(rec map[string]any) { rec["parts"] = rec["parts"].([]any)[2:] })
	r.mustDownload(t) // each range to its place
}

func TestDL18_ChecksumOfTheAnswerServes(t *testing.T) { // EDGE-15
	bare := func(then func(int, call) *fault) func(int, call) *fault {
		return func(n int, c call) *fault {
			if c.op == "HEAD" {
				return &fault{mangle: func(a *httptest.ResponseRecorder) { a.Header().Del("x-oss-hash-crc64ecma") }}
			}
			return then(n, c)
		}
	}
	for _, threshold := range []int64{0, NoThreshold} {
		for _, op := range []string{"GET", "no GET"} {
			r := newRig(t, nil)
			r.service.put("dir/key.bin", noise(1, 3*kib), "Multipart") // the ETag is no checksum
			wrong := &fault{mangle: func(a *httptest.ResponseRecorder) {
				if a.Header().Get("x-oss-hash-crc64ecma") != "" {
					a.Header().Set("x-oss-hash-crc64ecma", "1")
				}
			}}
			r.inject(bare(always(op, wrong)))
			res, err := r.download(t, func(o *DownloadOptions) { o.Threshold = threshold; o.Parts = 3 })
			var mismatch *IntegrityError
			if op == "GET" && (!errors.As(err, &mismatch) || mismatch.Remote != "1") {
				t.Errorf("error %v, want an IntegrityError", err)
			}
			if op != "GET" && (err != nil || !res.Verified) {
				t.Errorf("%+v, %v; want it verified", res, err)
			}
		}
	}
	r := remoteRig(t, noise(1, 3*kib))
	r.inject(onceOn("GET", &fault{mangle: func(a *httptest.ResponseRecorder) { a.Header().Set("x-oss-hash-crc64ecma", "x") }}))
	if _, err := r.download(t); err == nil {
		t.Error("checksum that is no number taken")
	}
}
