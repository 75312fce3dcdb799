package ossserver

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

func TestAuthV4Failures(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	h := newHarness(t, func(o *Options) { o.Now = func() time.Time { return now } })
	const region = "cn-hangzhou"
	for _, row := range []struct {
		name   string
		status int
		code   string
		ec     string
		sign   func(*http.Request)
	}{
		{"good", 404, "NoSuchKey", "0026-00000001", func(r *http.Request) { signV4(t, r, testKeyID, testSecret, region, now) }},
		{"additional headers", 404, "NoSuchKey", "", func(r *http.Request) {
			r.Header.Set("Range", "bytes=0-1")
			signV4(t, r, testKeyID, testSecret, region, now, "range", "User-Agent")
		}},
		{"anonymous", 403, "AccessDenied", "", func(*http.Request) {}},
		{"unknown id", 403, "InvalidAccessKeyId", "0002-00000902", func(r *http.Request) { signV4(t, r, "other", testSecret, region, now) }},
		{"wrong secret", 403, "SignatureDoesNotMatch", "0002-00000040", func(r *http.Request) { signV4(t, r, testKeyID, "other", region, now) }},
		{"header changed", 403, "SignatureDoesNotMatch", "", func(r *http.Request) {
			signV4(t, r, testKeyID, testSecret, region, now)
			r.Header.Set("Content-Type", "text/plain")
		}},
		{"additional header changed", 403, "SignatureDoesNotMatch", "", func(r *http.Request) {
			r.Header.Set("Range", "bytes=0-1")
			signV4(t, r, testKeyID, testSecret, region, now, "range")
			r.Header.Set("Range", "bytes=0-2")
		}},
		{"query added", 403, "SignatureDoesNotMatch", "", func(r *http.Request) {
			signV4(t, r, testKeyID, testSecret, region, now)
			r.URL.RawQuery = "response-content-type=x"
		}},
		{"method changed", 403, "SignatureDoesNotMatch", "", func(r *http.Request) {
			signV4(t, r, testKeyID, testSecret, region, now)
			r.Method = "PUT"
		}},
		{"wrong region", 400, "InvalidArgument", "0002-00000226", func(r *http.Request) { signV4(t, r, testKeyID, testSecret, "cn-beijing", now) }},
		{"payload hash", 400, "InvalidArgument", "0002-00000214", func(r *http.Request) {
			signV4(t, r, testKeyID, testSecret, region, now)
			r.Header.Set("x-oss-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
		}},
		{"15 minutes late", 404, "NoSuchKey", "", func(r *http.Request) { signV4(t, r, testKeyID, testSecret, region, now.Add(-15*time.Minute)) }},
		{"over 15 minutes late", 403, "RequestTimeTooSkewed", "0002-00000504", func(r *http.Request) {
			signV4(t, r, testKeyID, testSecret, region, now.Add(-15*time.Minute-time.Second))
		}},
		{"over 15 minutes early", 403, "RequestTimeTooSkewed", "", func(r *http.Request) { signV4(t, r, testKeyID, testSecret, region, now.Add(16*time.Minute)) }},
		{"another day in the scope", 400, "InvalidArgument", "", func(r *http.Request) {
			signV4(t, r, testKeyID, testSecret, region, now)
			r.Header.Set("x-oss-date", "20260430T120000Z")
		}},
		{"no date", 403, "AccessDenied", "", func(r *http.Request) {
			signV4(t, r, testKeyID, testSecret, region, now)
			r.Header.Del("x-oss-date")
			r.Header.Del("Date")
		}},
		{"no signature", 400, "InvalidArgument", "", func(r *http.Request) {
			r.Header.Set("Authorization", "OSS4-HMAC-SHA256 Credential=a/20260501/cn-hangzhou/oss/aliyun_v4_request")
		}},
		{"short credential", 400, "InvalidArgument", "", func(r *http.Request) {
			r.Header.Set("Authorization", "OSS4-HMAC-SHA256 Credential=a/b,Signature=c")
		}},
		{"other scheme", 400, "InvalidArgument", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer token") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := http.NewRequest("GET", "http://127.0.0.1/"+testBucket+"/k", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("User-Agent", "test")
			row.sign(r)
			got := h.send(r)
			if got.status != row.status || got.code() != row.code {
				t.Fatalf("%d %s, want %d %s\n%s", got.status, got.code(), row.status, row.code, got.body)
			}
			if row.ec != "" && got.header.Get("x-oss-ec") != row.ec {
				t.Errorf("EC %q, want %q", got.header.Get("x-oss-ec"), row.ec)
			}
			if row.code == "SignatureDoesNotMatch" {
				for _, element := range []string{"<StringToSign>OSS4-HMAC-SHA256", "<SignatureProvided>", "<OSSAccessKeyId>" + testKeyID, "<CanonicalRequest>", "<StringToSignBytes>4F 53 53 34"} {
					if !strings.Contains(string(got.body), element) {
						t.Errorf("no %s in\n%s", element, got.body)
					}
				}
			}
		})
	}
}

// TestAuthSkewCorrected: the SDK takes the time from the Date of the error.
func TestAuthSkewCorrected(t *testing.T) {
	h := newHarness(t, func(o *Options) { o.Now = func() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) } })
	client := h.newClient(func(c *oss.Config) { c.WithRetryMaxAttempts(2) })
	if _, err := client.PutObject(t.Context(), &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k"), Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
	if first := h.journal.Exchanges()[0]; first.Code != "RequestTimeTooSkewed" {
		t.Errorf("first answer %+v", first)
	}
}

func TestAuthV1Failures(t *testing.T) {
	h := newHarness(t)
	for name, change := range map[string]func(*oss.Config){
		"InvalidAccessKeyId": func(c *oss.Config) {
			c.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("other", testSecret))
		},
		"SignatureDoesNotMatch": func(c *oss.Config) {
			c.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(testKeyID, "other"))
		},
	} {
		client := h.newClient(change, func(c *oss.Config) { c.WithSignatureVersion(oss.SignatureVersionV1) })
		_, err := client.ListBuckets(t.Context(), &oss.ListBucketsRequest{})
		wantCode(t, err, 403, name)
	}
	for _, row := range []struct{ query, code string }{
		{"OSSAccessKeyId=a&Signature=b", "AccessDenied"},
		{"OSSAccessKeyId=a&Signature=b&Expires=x", "AccessDenied"},
		{"OSSAccessKeyId=a&Signature=b&Expires=1", "AccessDenied"},
		{"OSSAccessKeyId=" + testKeyID + "&Signature=b&Expires=99999999999", "SignatureDoesNotMatch"},
	} {
		if got := h.fetch("http://127.0.0.1/" + testBucket + "/k?" + row.query); !strings.Contains(got, "<Code>"+row.code) {
			t.Errorf("%s: %s", row.query, got)
		}
	}
	for _, authorization := range []string{"OSS ", "OSS :sig", "OSS id"} {
		r, err := http.NewRequest("GET", "http://127.0.0.1/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", authorization)
		if got := h.send(r); got.code() != "InvalidArgument" {
			t.Errorf("%q: %s", authorization, got.code())
		}
	}
}

func TestAuthV4QueryFailures(t *testing.T) {
	h := newHarness(t)
	p, err := h.client.Presign(t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("k")}, oss.PresignExpires(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ old, new, code string }{
		{"", "", "NoSuchKey"},
		{"x-oss-expires=3600", "x-oss-expires=3601", "SignatureDoesNotMatch"},
		{"x-oss-expires=3600", "x-oss-expires=604801", "InvalidArgument"},
		{"x-oss-expires=3600", "x-oss-expires=-1", "InvalidArgument"},
		{"OSS4-HMAC-SHA256", "OSS5", "InvalidArgument"},
		{"x-oss-date=", "x-oss-date=9", "InvalidArgument"},
		{"%2Foss%2F", "%2Fvector%2F", "InvalidArgument"},
		{"aliyun_v4_request", "other", "InvalidArgument"},
		{"x-oss-credential=" + testKeyID, "x-oss-credential=who", "InvalidAccessKeyId"},
	} {
		if got := h.fetch(strings.Replace(p.URL, row.old, row.new, 1)); !strings.Contains(got, "<Code>"+row.code) {
			t.Errorf("%s -> %s: %s", row.old, row.new, got)
		}
	}
}
