package resumable

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A service that lists one size and serves another gets nothing onto the disk.
func TestL16_DownloadExpectSize(t *testing.T) {
	content := noise(1, 2*kib)
	for _, threshold := range []int64{0, NoThreshold} {
		r := remoteRig(t, content)
		other, size := int64(10), int64(len(content))
		if _, err := r.download(t, func(o *DownloadOptions) { o.Threshold, o.ExpectSize = threshold, &other }); !errors.Is(err, ErrRemoteChanged) {
			t.Errorf("error %v", err)
		}
		if diff := cmp.Diff([]string{"HEAD"}, r.ops()); diff != "" {
			t.Error(diff)
		}
		if temps := r.temps(t); len(temps) > 0 {
			t.Errorf("temporary files %q", temps)
		}
		r.mustDownload(t, func(o *DownloadOptions) { o.Threshold, o.ExpectSize = threshold, &size })
	}
}

// An encrypted object is fetched without a HEAD; the bound is that of its body.
func TestL16_EncryptedExpectSize(t *testing.T) {
	for _, told := range []bool{true, false} {
		for _, want := range []int64{10, 4 * kib, 3 * kib} {
			r, c := encryptedRig(t)
			if !told {
				r.inject(onceOn("GET", &fault{mangle: func(a *httptest.ResponseRecorder) {
					a.Header().Del("Content-Length")
					a.Header().Set("Transfer-Encoding", "chunked")
				}}))
			}
			opts := r.downOpts()
			opts.ExpectSize = &want
			_, err := Download(t.Context(), c, "bkt", "dir/key.bin", r.out(), opts)
			if (err == nil) != (want == 3*kib) || len(r.temps(t)) > 0 {
				t.Errorf("want %d bytes, length told %t: error %v, temporary files %q", want, told, err, r.temps(t))
			}
		}
	}
}
