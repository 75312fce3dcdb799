package iter

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

// benchmarkPage is an answer with 1,000 keys of 48 bytes, as the service lays it out. Both versions of the call read it.
func benchmarkPage() []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<ListBucketResult>\n  <Name>bucket</Name>\n  <Prefix></Prefix>\n" +
		"  <MaxKeys>1000</MaxKeys>\n  <Delimiter></Delimiter>\n  <EncodingType>url</EncodingType>\n" +
		"  <IsTruncated>false</IsTruncated>\n  <KeyCount>1000</KeyCount>\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  <Contents>\n    <Key>data/2024/02/29/part%%20%04d/%020d.bin</Key>\n    <LastModified>%s</LastModified>\n"+
			"    <ETag>\"%032X\"</ETag>\n    <Type>Normal</Type>\n    <Size>%d</Size>\n    <StorageClass>Standard</StorageClass>\n"+
			"  </Contents>\n", i, i, aTime, i*7919, i*1000)
	}
	b.WriteString("</ListBucketResult>\n")
	return []byte(b.String())
}

func BenchmarkParseObjectsPage1000(b *testing.B) {
	page := benchmarkPage()
	l := objects("bucket", ObjectsOptions{})
	r := reader[Object]{listing: l}
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		r.body.Reset()
		r.body.Write(page)
		r.last = position{}
		if _, err := r.decode(position{}); err != nil {
			b.Fatal(err)
		}
	}
	if len(r.entries) != 1000 {
		b.Fatal(len(r.entries))
	}
}

// replay is an HTTP client that gives the same answer to every request.
type replay []byte

func (page replay) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/xml"}},
		Body:       io.NopCloser(strings.NewReader(string(page))),
		Request:    r,
	}, nil
}

func replayClient(page []byte) *oss.Client {
	cfg := oss.LoadDefaultConfig().WithRegion("cn-hangzhou").
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret"))
	cfg.HttpClient = replay(page)
	return oss.NewClient(cfg)
}

// BenchmarkObjectsPage1000 is the whole way of a page but for the network, to compare with the SDK's.
func BenchmarkObjectsPage1000(b *testing.B) {
	page := benchmarkPage()
	c := replayClient(page)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range Objects(context.Background(), c, "bucket", ObjectsOptions{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 1000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkSDKListObjectsV2Page1000(b *testing.B) {
	page := benchmarkPage()
	c := replayClient(page)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		result, err := c.ListObjectsV2(context.Background(), &oss.ListObjectsV2Request{Bucket: oss.Ptr("bucket")})
		if err != nil {
			b.Fatal(err)
		}
		if len(result.Contents) != 1000 {
			b.Fatal(len(result.Contents))
		}
	}
}
