package ossclient

import (
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/osssync/osssync/resumable"
)

// accept answers the calls of an upload. The body of a PUT is read at the pace
// of a pause for each 64 KiB.
func accept(w http.ResponseWriter, r *http.Request, pause time.Duration) {
	switch {
	case r.Method == http.MethodPost && r.URL.Query().Has("uploads"):
		io.WriteString(w, "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>key</Key><UploadId>U</UploadId></InitiateMultipartUploadResult>")
		return
	case r.Method == http.MethodPost:
		io.WriteString(w, `<CompleteMultipartUploadResult><ETag>"E-1"</ETag></CompleteMultipartUploadResult>`)
		return
	}
	sum, buf := crc64.New(crc64.MakeTable(crc64.ECMA)), make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(r.Body, buf)
		sum.Write(buf[:n])
		if err != nil {
			break
		}
		time.Sleep(pause) // virtual
	}
	w.Header().Set("x-oss-server-side-encryption", "KMS")
	w.Header().Set("ETag", `"E"`)
	w.Header().Set("x-oss-hash-crc64ecma", fmt.Sprint(sum.Sum64()))
}

// upload sends a file of the given size with the engine of package resumable,
// whose transfers run on a client of this package.
func upload(t *testing.T, c *Client, size int, opts resumable.UploadOptions) error {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := resumable.NewFileStore(filepath.Join(dir, "records"))
	if err != nil {
		t.Fatal(err)
	}
	opts.Store = store
	_, err = resumable.Upload(t.Context(), c, "bucket", "key", file, opts)
	return err
}

// Only one layer loses patience with an upload, and it is this one: it knows when
// a request waits for the network and not for something else.
func TestM11_UploadsOfTheEngine(t *testing.T) {
	const mib = 1 << 20
	parts := resumable.UploadOptions{Threshold: resumable.NoThreshold, PartSize: mib, Parts: 4}
	for _, tt := range []struct {
		name    string
		size    int
		opts    resumable.UploadOptions
		first   http.HandlerFunc // of the first request with a body of the file
		pause   time.Duration    // for each 64 KiB
		puts    int64
		atLeast time.Duration
	}{
		{"a PUT that is swallowed is sent again", 5, resumable.UploadOptions{}, stall, 0, 2, 2 * time.Minute},
		{"a part that is swallowed is sent again", 2 * mib, parts, stall, 0, 3, 2 * time.Minute},
		{"a pause that the server asks for is kept", 5, resumable.UploadOptions{}, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Retry-After", "120")
			refusal(w, http.StatusServiceUnavailable, "ServiceUnavailable")
		}, 0, 2, 2 * time.Minute},
		{"waiting for a connection is no stall", 4 * mib, parts, nil, 10 * time.Second, 4, 320 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var puts atomic.Int64
				c := client(t, Options{Connections: 2}, func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPut && puts.Add(1) == 1 && tt.first != nil {
						tt.first(w, r)
						return
					}
					accept(w, r, tt.pause)
				})
				start := time.Now()
				if err := upload(t, c, tt.size, tt.opts); err != nil {
					t.Fatal(err)
				}
				if d := time.Since(start); puts.Load() != tt.puts || d < tt.atLeast || d > tt.atLeast+3*time.Minute {
					t.Errorf("%d PUTs in %v, want %d in a little over %v", puts.Load(), d, tt.puts, tt.atLeast)
				}
			})
		})
	}
}
