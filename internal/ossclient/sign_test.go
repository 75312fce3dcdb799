package ossclient

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawSigning makes up something to sign, twice the same.
func drawSigning(t *rapid.T) (a, b *signer.SigningContext) {
	word := rapid.StringMatching(`[A-Za-z0-9_-]{1,12}`)
	header := http.Header{}
	for name, value := range rapid.MapOf(rapid.OneOf(
		rapid.SampledFrom([]string{"Content-Type", "Content-MD5", "User-Agent", "Range", "x-oss-acl", "x-oss_a", "x-oss-A"}),
		rapid.Map(word, func(s string) string { return "x-oss-meta-" + s }),
	), rapid.SliceOfN(rapid.StringN(0, 20, 20), 1, 3)).Draw(t, "headers") {
		for _, v := range value {
			header.Add(name, v)
		}
	}
	query := url.Values{}
	for name, value := range rapid.MapOf(rapid.StringN(1, 8, 16), rapid.StringN(0, 8, 16)).Draw(t, "query") {
		query.Set(name, value)
	}
	optional := func(label string, g *rapid.Generator[string]) *string {
		return rapid.Ptr(g, true).Draw(t, label)
	}
	bucket, key := optional("bucket", word), optional("key", rapid.StringN(1, 30, 60))
	secret := rapid.SampledFrom([]string{"s", "other"}).Draw(t, "secret")
	token := rapid.SampledFrom([]string{"", "token"}).Draw(t, "token")
	at := time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "time"), 0)
	method := rapid.SampledFrom([]string{"GET", "PUT", "POST", "HEAD", "DELETE"}).Draw(t, "method")
	region := rapid.SampledFrom([]string{"cn-hangzhou", "eu-central-1"}).Draw(t, "region")
	make := func() *signer.SigningContext {
		return &signer.SigningContext{
			Product: oss.Ptr("oss"), Region: oss.Ptr(region), Bucket: bucket, Key: key, Time: at,
			Request:     &http.Request{Method: method, URL: &url.URL{RawQuery: query.Encode()}, Header: header.Clone()},
			Credentials: &credentials.Credentials{AccessKeyID: "id", AccessKeySecret: secret, SecurityToken: token},
		}
	}
	return make(), make()
}

func TestSignaturesAreTheSDKs(t *testing.T) {
	ours := &signerV4{clock: &clock{}}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawSigning(t)
		if err := ours.Sign(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if err := new(signer.SignerV4).Sign(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b.Request.Header, a.Request.Header); diff != "" {
			t.Errorf("(-SDK +ours):\n%s", diff)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	for _, row := range []struct {
		name   string
		signer signer.Signer
	}{
		{"ours", &signerV4{clock: &clock{}}},
		{"SDK", &signer.SignerV4{}},
	} {
		b.Run(row.name, func(b *testing.B) {
			signing := &signer.SigningContext{
				Product: oss.Ptr("oss"), Region: oss.Ptr("cn-hangzhou"), Bucket: oss.Ptr("bucket"), Key: oss.Ptr("www/assets/app.js"),
				Request: &http.Request{Method: "PUT", URL: &url.URL{}, Header: http.Header{
					"Content-Type": {"text/javascript"}, "Content-Md5": {"1B2M2Y8AsgTpgAmY7PhCfg=="}, "User-Agent": {"osssync"},
					"X-Oss-Forbid-Overwrite": {"true"}, "X-Oss-Meta-Osssync-Upload": {"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
				}},
				Credentials: &credentials.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"},
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := row.signer.Sign(b.Context(), signing); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
