package ossserver_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/osssync/osssync/internal/ossserver"
)

// newClient returns a client of the official SDK that talks to a server in the
// same process and sends each request once.
func newClient(server *ossserver.Server) *oss.Client {
	return oss.NewClient(oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").
		WithEndpoint("http://127.0.0.1").
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret")).
		WithRetryMaxAttempts(1).
		WithHttpClient(&http.Client{Transport: &http.Transport{DialContext: server.DialContext}}))
}

func Example() {
	dir, err := os.MkdirTemp("", "ossserver")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	server, err := ossserver.Open(ossserver.Options{
		Dir:         dir,
		Credentials: map[string]string{"id": "secret"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	if err := server.CreateBucket("site"); err != nil {
		log.Fatal(err)
	}

	client, ctx := newClient(server), context.Background()
	_, err = client.PutObject(ctx, &oss.PutObjectRequest{
		Bucket: oss.Ptr("site"), Key: oss.Ptr("index.html"), Body: strings.NewReader("<h1>Hello</h1>"),
	})
	if err != nil {
		log.Fatal(err)
	}
	object, err := client.GetObject(ctx, &oss.GetObjectRequest{Bucket: oss.Ptr("site"), Key: oss.Ptr("index.html")})
	if err != nil {
		log.Fatal(err)
	}
	defer object.Body.Close()
	body, err := io.ReadAll(object.Body)
	fmt.Println(string(body), err)
	fmt.Println(oss.ToString(object.ContentType), oss.ToString(object.ObjectType))
	// Output:
	// <h1>Hello</h1> <nil>
	// text/html Normal
}

// The answer to a PutObject is lost after it took effect: the client is told
// nothing, and the object is there.
func ExampleHooks() {
	dir, err := os.MkdirTemp("", "ossserver")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	journal := &ossserver.Journal{}
	server, err := ossserver.Open(ossserver.Options{
		Dir:         dir,
		Credentials: map[string]string{"id": "secret"},
		NoSync:      true,
		Hooks: &ossserver.Hooks{
			Log: journal.Record,
			Fault: func(r ossserver.Request) *ossserver.Fault {
				if r.Operation != ossserver.PutObject {
					return nil
				}
				return &ossserver.Fault{When: ossserver.AfterCommit, Drop: true}
			},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	if err := server.CreateBucket("site"); err != nil {
		log.Fatal(err)
	}

	client, ctx := newClient(server), context.Background()
	_, err = client.PutObject(ctx, &oss.PutObjectRequest{
		Bucket: oss.Ptr("site"), Key: oss.Ptr("a"), Body: strings.NewReader("content"),
	})
	fmt.Println("answered:", err == nil)
	found, err := client.IsObjectExist(ctx, "site", "a")
	fmt.Println("stored:", found, err)
	for _, e := range journal.Exchanges() {
		fmt.Println(e.Operation, e.Key, e.Status, e.Received)
	}
	// Output:
	// answered: false
	// stored: true <nil>
	// PutObject a 0 7
	// GetObjectMeta a 200 0
}
