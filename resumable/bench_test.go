package resumable_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/bench/nullserver"
	"github.com/osssync/osssync/resumable"
)

// benchClient is a client of a server that costs as little as one can.
func benchClient(b *testing.B) (*oss.Client, *nullserver.Server) {
	server := nullserver.New("bucket")
	web := httptest.NewServer(server)
	b.Cleanup(web.Close)
	client := oss.NewClient(oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").WithEndpoint(web.URL).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret")))
	return client, server
}

// benchFile makes a file of size bytes below a new folder.
func benchFile(b *testing.B, size int64) (dir, name string) {
	dir, name = b.TempDir(), "object"
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		b.Fatal(err)
	}
	return dir, name
}

// BenchmarkUploadSmall is one request for 4 KiB, 32 at a time.
func BenchmarkUploadSmall(b *testing.B) {
	client, _ := benchClient(b)
	dir, name := benchFile(b, 4<<10)
	var n atomic.Int64
	b.SetBytes(4 << 10)
	b.SetParallelism(16) // times GOMAXPROCS, two where this was tuned
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			key := fmt.Sprintf("%08x", uint32(n.Add(1)))
			if _, err := resumable.Upload(b.Context(), client, "bucket", key, filepath.Join(dir, name), resumable.UploadOptions{}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

const large = 128 << 20

// BenchmarkUploadLarge sends 128 MiB in parts of 10 MiB, four at a time.
func BenchmarkUploadLarge(b *testing.B) {
	client, _ := benchClient(b)
	dir, name := benchFile(b, large)
	opts := resumable.UploadOptions{Parts: 4, Store: benchStore(b)}
	b.SetBytes(large)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := resumable.Upload(b.Context(), client, "bucket", "key", filepath.Join(dir, name), opts); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDownloadLarge fetches 128 MiB in ranges, four at a time.
func BenchmarkDownloadLarge(b *testing.B) {
	client, server := benchClient(b)
	dir, name := benchFile(b, large)
	if _, err := resumable.Upload(b.Context(), client, "bucket", name, filepath.Join(dir, name), resumable.UploadOptions{Parts: 4, Store: benchStore(b)}); err != nil {
		b.Fatal(err)
	}
	var all []nullserver.Object
	for o := range server.Objects() {
		all = append(all, *o)
	}
	server.Load(all, dir)
	opts := resumable.DownloadOptions{Parts: 4, Store: benchStore(b)}
	target := filepath.Join(b.TempDir(), "copy")
	b.SetBytes(large)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := resumable.Download(b.Context(), client, "bucket", name, target, opts); err != nil {
			b.Fatal(err)
		}
	}
}

func benchStore(b *testing.B) resumable.Store {
	store, err := resumable.NewFileStore(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	return store
}
