package ossserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"testing"
	"time"
)

// TestAuthVectors: requests as the first Go SDK has signed and sent them. V2 is of
// that SDK and of oss2; with V4 it dates a request by the Date header as it is.
func TestAuthVectors(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 36, 20, 0, time.UTC)
	h := newHarness(t, func(o *Options) { o.Now = func() time.Time { return now } })
	const path = "/" + testBucket + "/a%20b%2F%2B%25%E4%B8%AD"
	const v2Query = "?response-content-type=text%2Fx%20%2B&x-oss-access-key-id=test-id&x-oss-expires=1796358175" +
		"&x-oss-signature=uVRaAznPhL8NnGp4%2B%2F%2B7y%2Fw6MPQW3GRxHcGINXOwbsQ%3D&x-oss-signature-version=OSS2"
	v2 := []string{
		"Date", "Sun, 22 Nov 2026 14:36:15 GMT", "Range", "bytes=0-3",
		"Authorization", "OSS2 AccessKeyId:test-id,AdditionalHeaders:host;range,Signature:GP0hIThwRwPnFUGFrVnFLABGN5iNdIZZicTKFx4YlCc=",
	}
	v4 := []string{
		"Date", "Sun, 22 Nov 2026 14:36:32 GMT", "Range", "bytes=0-3", "X-Oss-Content-Sha256", "UNSIGNED-PAYLOAD",
		"Authorization", "OSS4-HMAC-SHA256 Credential=test-id/20261122/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=host;range," +
			"Signature=8b60f778c4b9910f0c2beb295972103fe91be9c7b144a9e518b90e10bddc14d9",
	}
	with := func(header []string, more ...string) []string { return append(append([]string{}, header...), more...) }
	for _, row := range []struct {
		name, host, target string
		header             []string
		code               string
	}{
		{"V2", "127.0.0.1:34901", path + "?versionId=x%20y", v2, "InvalidArgument"}, // let in, and there is no such version id
		{"V2, query changed", "127.0.0.1:34901", path + "?versionId=x", v2, "SignatureDoesNotMatch"},
		{"V2, host changed", "127.0.0.1", path + "?versionId=x%20y", v2, "SignatureDoesNotMatch"},
		{"V2, range changed", "127.0.0.1:34901", path + "?versionId=x%20y", with(v2, "Range", "bytes=0-4"), "SignatureDoesNotMatch"},
		{"V2, no range", "127.0.0.1:34901", path + "?versionId=x%20y", with(v2, "Range", ""), "InvalidArgument"},
		{"V2, late", "127.0.0.1:34901", path, with(v2, "Date", "Sun, 22 Nov 2026 14:06:15 GMT"), "RequestTimeTooSkewed"},
		{"V2, no date", "127.0.0.1:34901", path, with(v2, "Date", ""), "AccessDenied"},
		{"V2, no id", "127.0.0.1", path, []string{"Authorization", "OSS2 Signature:x"}, "InvalidArgument"},
		{"V2, other field", "127.0.0.1", path, []string{"Authorization", "OSS2 AccessKeyId:test-id,Signature:x,More:y"}, "InvalidArgument"},
		{"V2 in the query", "127.0.0.1", path + v2Query, nil, "NoSuchKey"},
		{"V2 in the query, changed", "127.0.0.1", path + v2Query + "&versionId=null", nil, "SignatureDoesNotMatch"},
		{"V2 in the query, without an end", "127.0.0.1", path + "?x-oss-signature-version=OSS2&x-oss-access-key-id=a&x-oss-signature=b", nil, "AccessDenied"},
		{"V2 in the query, ended", "127.0.0.1", path + "?x-oss-signature-version=OSS2&x-oss-access-key-id=a&x-oss-signature=b&x-oss-expires=1", nil, "AccessDenied"},
		{"V4 with Date", "127.0.0.1:41411", path, v4, "NoSuchKey"},
		{"V4 with another Date", "127.0.0.1:41411", path, with(v4, "Date", "Sun, 22 Nov 2026 14:36:33 GMT"), "SignatureDoesNotMatch"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := http.NewRequest("GET", "http://"+row.host+row.target, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(row.header); i += 2 {
				r.Header.Set(row.header[i], row.header[i+1])
				if row.header[i+1] == "" {
					r.Header.Del(row.header[i])
				}
			}
			if got := h.send(r); got.code() != row.code {
				t.Errorf("%d %s, want %s", got.status, got.code(), row.code)
			}
		})
	}
}

// TestAuthV1Date: clients in browsers date a V1 signature with x-oss-date.
func TestAuthV1Date(t *testing.T) {
	h := newHarness(t)
	date := time.Now().UTC().Format(http.TimeFormat)
	mac := hmac.New(sha1.New, []byte(testSecret))
	mac.Write([]byte("GET\n\n\n" + date + "\nx-oss-date:" + date + "\n/" + testBucket + "/k"))
	r, err := http.NewRequest("GET", "http://127.0.0.1/"+testBucket+"/k", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Oss-Date", date)
	r.Header.Set("Authorization", "OSS "+testKeyID+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	if got := h.send(r); got.code() != "NoSuchKey" {
		t.Errorf("%d %s", got.status, got.code())
	}
}
