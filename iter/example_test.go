package iter_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/osssync/osssync/iter"
)

// exampleClient is a client of a service that holds the bucket "site" with two objects and a directory.
func exampleClient() (client *oss.Client, stop func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/site/" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist.</Message></Error>")
			return
		}
		w.Header().Set("Content-Type", "application/xml")
		fmt.Fprint(w, `<ListBucketResult><Name>site</Name><Prefix></Prefix><IsTruncated>false</IsTruncated>
			<Contents><Key>about.html</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>"0CC175B9C0F1B6A831C399E269772661"</ETag>
				<Type>Normal</Type><Size>1</Size><StorageClass>Standard</StorageClass></Contents>
			<Contents><Key>index.html</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>"92EB5FFEE6AE2FEC3AD71C777531578F"</ETag>
				<Type>Normal</Type><Size>1</Size><StorageClass>Standard</StorageClass></Contents>
			<CommonPrefixes><Prefix>assets/</Prefix></CommonPrefixes></ListBucketResult>`)
	}))
	cfg := oss.LoadDefaultConfig().
		WithRegion("cn-hangzhou").
		WithEndpoint(server.URL).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret"))
	return oss.NewClient(cfg), server.Close
}

func ExampleObjects() {
	client, stop := exampleClient()
	defer stop()

	for object, err := range iter.Objects(context.Background(), client, "site", iter.ObjectsOptions{Delimiter: "/"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if object.IsPrefix() {
			fmt.Println(object.Key)
			continue
		}
		fmt.Println(object.Key, object.Size, object.ETag)
	}
	// Output:
	// about.html 1 0CC175B9C0F1B6A831C399E269772661
	// assets/
	// index.html 1 92EB5FFEE6AE2FEC3AD71C777531578F
}

func ExampleCursor() {
	client, stop := exampleClient()
	defer stop()

	options := iter.ObjectsOptions{Paging: iter.Paging{PageSize: 1000, Cursor: new(iter.Cursor)}}
	options.Delimiter = "/"
	for object := range iter.Objects(context.Background(), client, "site", options) {
		fmt.Println("first:", object.Key)
		break
	}
	for object := range iter.Objects(context.Background(), client, "site", options) {
		fmt.Println("then:", object.Key)
	}
	// Output:
	// first: about.html
	// then: assets/
	// then: index.html
}

func ExampleMultipartUploads_notFound() {
	client, stop := exampleClient()
	defer stop()

	for _, err := range iter.MultipartUploads(context.Background(), client, "cite", iter.MultipartUploadsOptions{}) {
		fmt.Println(errors.Is(err, iter.ErrNotFound))
	}
	// Output:
	// true
}
