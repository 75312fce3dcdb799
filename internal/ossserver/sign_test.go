package ossserver

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
)

// newSignedRequest builds a path-style request with the SDK's V4 signer, which
// is told bucket and key as the server's target parser must find them.
func newSignedRequest(t testing.TB, method, url string, body io.Reader, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	signV4(t, r, testKeyID, testSecret, "cn-hangzhou", time.Time{})
	return r
}

func signV4(t testing.TB, r *http.Request, id, secret, region string, at time.Time, additional ...string) {
	t.Helper()
	to, err := parseTarget(r.URL.EscapedPath(), r.URL.Host, "")
	if err != nil {
		t.Fatal(err)
	}
	c := &signer.SigningContext{
		Product: oss.Ptr("oss"), Region: &region, Request: r, Time: at, AdditionalHeaders: additional,
		Credentials: &credentials.Credentials{AccessKeyID: id, AccessKeySecret: secret},
	}
	if to.bucket != "" {
		c.Bucket = &to.bucket
	}
	if to.key != "" {
		c.Key = &to.key
	}
	if err := (&signer.SignerV4{}).Sign(context.Background(), c); err != nil {
		t.Fatal(err)
	}
}

// newRequestAt is newSignedRequest on another clock.
func (h *harness) newRequestAt(now time.Time, method, path, body string, header ...string) *http.Request {
	h.t.Helper()
	r, err := http.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	signV4(h.t, r, testKeyID, testSecret, "cn-hangzhou", now)
	return r
}
