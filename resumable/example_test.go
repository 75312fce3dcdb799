package resumable_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/resumable"
)

// shelf is a service that holds one object.
type shelf struct{ content []byte }

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		s.content, _ = io.ReadAll(r.Body)
	}
	crc := oss.NewCRC64(0)
	crc.Write(s.content)
	w.Header().Set("ETag", `"5D41402ABC4B2A76B9719D911017C592"`)
	w.Header().Set("x-oss-hash-crc64ecma", fmt.Sprint(crc.Sum64()))
	if r.Method != http.MethodPut {
		w.Header().Set("Content-Length", fmt.Sprint(len(s.content)))
		w.Write(s.content)
	}
}

func Example() {
	server := httptest.NewServer(&shelf{})
	defer server.Close()
	client := oss.NewClient(oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").WithEndpoint(server.URL).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret")))

	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "hello.txt")
	if err := os.WriteFile(file, []byte("hello"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	up, err := resumable.Upload(ctx, client, "my-bucket", "hello.txt", file, resumable.UploadOptions{
		Headers:  map[string]string{"Cache-Control": "no-cache"},
		Progress: func(done, total int64) { fmt.Printf("%d of %d bytes\n", done, total) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("uploaded", up.Size, up.MD5)

	down, err := resumable.Download(ctx, client, "my-bucket", "hello.txt", filepath.Join(dir, "copy.txt"), resumable.DownloadOptions{
		NoReplace: true,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("downloaded", down.Size, "verified", down.Verified)
	// Output:
	// 5 of 5 bytes
	// uploaded 5 5D41402ABC4B2A76B9719D911017C592
	// downloaded 5 verified true
}

func ExampleFileStore_Records() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := resumable.NewFileStore(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	unfinished := 0
	for record, err := range store.Records() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s of %q is unfinished\n", record.Op, record.File)
		unfinished++
	}
	fmt.Println(unfinished, "unfinished transfers")
	// Output:
	// 0 unfinished transfers
}
