package ossclient_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/spec"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-oss-request-id", "0") // as OSS does; other answers are refused
		fmt.Println("asked:", r.Method, r.URL.Path)
	}))
	defer server.Close()

	store := spec.Store{Name: "local", Region: "cn-hangzhou", Endpoint: server.URL, Credentials: spec.Credentials{From: spec.CredentialsAnonymous}}
	client, err := ossclient.Open(store, ossclient.Options{})
	if err != nil {
		panic(err)
	}
	defer client.Close()
	_, err = client.HeadObject(context.Background(), &oss.HeadObjectRequest{Bucket: oss.Ptr("site"), Key: oss.Ptr("www/index.html")})
	_, known := client.ServerTime()
	fmt.Println(err, known, client.Stats().Heads)
	// Output:
	// asked: HEAD /site/www/index.html
	// <nil> true 1
}
