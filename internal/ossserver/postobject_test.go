package ossserver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// field is one of a form that a test sends, in its place.
type field struct{ name, value string }

// posted is a form with its file last.
func posted(fields []field, fileName, contentType, file string) (body []byte, boundary string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		w.WriteField(f.name, f.value)
	}
	h := textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition("file", fileName)}}
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	part, _ := w.CreatePart(h)
	io.WriteString(part, file)
	w.Close()
	return b.Bytes(), w.Boundary()
}

// post sends a form without any signature of the request.
func (h *harness) post(body []byte, contentType string) answer {
	h.t.Helper()
	r, err := http.NewRequest("POST", "http://127.0.0.1/"+testBucket+"/", bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	return h.send(r)
}

func (h *harness) postForm(fields []field, fileName, contentType, file string) answer {
	h.t.Helper()
	body, boundary := posted(fields, fileName, contentType, file)
	return h.post(body, "multipart/form-data; boundary="+boundary)
}

// signedV1 adds a policy that ends in an hour, and its V1 signature.
func signedV1(conditions string, fields ...field) []field {
	doc := fmt.Sprintf(`{"expiration":%q,"conditions":[%s]}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339), conditions)
	return signedPolicy(base64.StdEncoding.EncodeToString([]byte(doc)), fields...)
}

func signedPolicy(policy string, fields ...field) []field {
	m := hmac.New(sha1.New, []byte(testSecret))
	io.WriteString(m, policy)
	signature := base64.StdEncoding.EncodeToString(m.Sum(nil))
	return append(slices.Clone(fields), field{"policy", policy}, field{"OSSAccessKeyId", testKeyID}, field{"Signature", signature})
}

// signedFormV4 is signedV1 in the later form, spelled out step by step.
func signedFormV4(conditions string, fields ...field) []field {
	now := time.Now().UTC()
	day, stamp := now.Format("20060102"), now.Format("20060102T150405Z")
	policy := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"expiration":%q,"conditions":[%s]}`, now.Add(time.Minute).Format(time.RFC3339), conditions))
	key := []byte("aliyun_v4" + testSecret)
	for _, part := range []string{day, "cn-hangzhou", "oss", "aliyun_v4_request", policy} {
		m := hmac.New(sha256.New, key)
		io.WriteString(m, part)
		key = m.Sum(nil)
	}
	return append(slices.Clone(fields), field{"policy", policy}, field{"x-oss-signature-version", "OSS4-HMAC-SHA256"},
		field{"x-oss-credential", testKeyID + "/" + day + "/cn-hangzhou/oss/aliyun_v4_request"}, field{"x-oss-date", stamp}, field{"x-oss-signature", hex.EncodeToString(key)})
}

const bucketCondition = `{"bucket":"` + testBucket + `"}`

func TestPostObject(t *testing.T) {
	h := newHarness(t)
	h.setVersioning(oss.VersionEnabled)
	const conditions = bucketCondition + `,["content-length-range",1,100000],["eq","$success_action_status","201"],["starts-with","$key","dir/"],` +
		`["in","$content-type",["image/png","text/css"]],["not-in","$cache-control",["no-cache"]],{"x-oss-meta-color":"red"}`
	for _, size := range []int{1, inlineLimit, 100_000} {
		for name, sign := range map[string]func(string, ...field) []field{"V1": signedV1, "V4": signedFormV4} {
			file := strings.Repeat("x", size)
			got := h.postForm(sign(conditions, field{"key", "dir/${filename}"}, field{"success_action_status", "201"}, field{"Content-Type", "text/css"},
				field{"Cache-Control", "max-age=30"}, field{"x-oss-meta-color", "red"}, field{"x-oss-storage-class", "IA"}, field{"x-oss-object-acl", "public-read"}),
				"a b.css", "", file)
			if got.status != 201 || got.header.Get("x-oss-hash-crc64ecma") != crcText([]byte(file)) || got.header.Get("x-oss-version-id") == "" {
				t.Fatalf("%s: %d %s %v", name, got.status, got.body, got.header)
			}
			const location = "http://127.0.0.1/" + testBucket + "/dir/a%20b.css"
			want := "<PostResponse><Bucket>" + testBucket + "</Bucket><ETag>" + strings.ReplaceAll(got.header.Get("Etag"), `"`, "&quot;") + "</ETag><Key>dir/a b.css</Key><Location>" + location + "</Location></PostResponse>"
			if !bytes.HasSuffix(got.body, []byte(want)) || got.header.Get("Location") != location {
				t.Errorf("%s: %s, location %s", name, got.body, got.header.Get("Location"))
			}
			head := h.raw("GET", "/"+testBucket+"/dir/a%20b.css", nil)
			for header, want := range map[string]string{"Content-Type": "text/css", "Cache-Control": "max-age=30", "x-oss-meta-color": "red", "x-oss-storage-class": "IA", "x-oss-object-type": "Normal"} {
				if v := head.header.Get(header); v != want {
					t.Errorf("%s: %s %q", name, header, v)
				}
			}
			if string(head.body) != file {
				t.Errorf("%s: other bytes", name)
			}
		}
	}
	if acl, err := h.client.GetObjectAcl(t.Context(), &oss.GetObjectAclRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr("dir/a b.css")}); err != nil || *acl.ACL != "public-read" {
		t.Errorf("acl %v, %v", acl, err)
	}
}

// TestPostObjectAnswers: the form says how it is answered, and what the content
// type is.
func TestPostObjectAnswers(t *testing.T) {
	h := newHarness(t)
	for _, row := range []struct {
		field, value string
		status       int
	}{
		{"success_action_status", "200", 200}, {"success_action_status", "204", 204}, {"success_action_status", "", 204}, {"success_action_status", "302", 204},
		{"success_action_redirect", "http://example.com/done?n=1", 303}, {"success_action_redirect", "javascript:x", 204}, {"success_action_redirect", "http://%zz/", 204},
	} {
		got := h.postForm(signedV1(bucketCondition, field{"key", "k"}, field{row.field, row.value}), "f", "image/png", "x")
		if got.status != row.status || len(got.body) > 0 {
			t.Errorf("%v: %d %s", row, got.status, got.body)
		}
		if row.status == 303 {
			to, err := url.Parse(got.header.Get("Location"))
			if err != nil || to.Host != "example.com" || to.Query().Get("n") != "1" || to.Query().Get("bucket") != testBucket || to.Query().Get("key") != "k" || to.Query().Get("etag") != got.header.Get("Etag") {
				t.Errorf("location %v, %v", to, err)
			}
		}
	}
	for _, row := range [][]string{{"", "", "", "application/octet-stream"}, {"text/a", "", "", "text/a"}, {"text/a", "text/b", "", "text/b"}, {"text/a", "text/b", "text/c", "text/c"}} {
		h.postForm(signedV1(bucketCondition, field{"key", "k"}, field{"Content-Type", row[0]}, field{"x-oss-content-type", row[2]}), "f", row[1], "x")
		if got := h.raw("HEAD", "/"+testBucket+"/k", nil).header.Get("Content-Type"); got != row[3] {
			t.Errorf("%q: %q", row, got)
		}
	}
}

func TestPostObjectRefused(t *testing.T) {
	h := newHarness(t)
	h.put("there", "x")
	key := field{"key", "k"}
	encode := func(doc string) string { return base64.StdEncoding.EncodeToString([]byte(doc)) }
	ended := encode(`{"expiration":"2020-01-01T00:00:00Z","conditions":[` + bucketCondition + `]}`)
	without := func(fields []field, name string) []field {
		return slices.DeleteFunc(fields, func(f field) bool { return f.name == name })
	}
	with := func(fields []field, name, value string) []field {
		return append(without(fields, name), field{name, value})
	}
	for name, row := range map[string]struct {
		fields []field
		code   string
	}{
		"no key":                    {signedV1(bucketCondition), "InvalidArgument"},
		"bad key":                   {signedV1(bucketCondition, field{"key", "/k"}), "InvalidObjectName"},
		"key twice":                 {signedV1(bucketCondition, key, key), "MalformedPOSTRequest"},
		"no signature at all":       {[]field{key}, "AccessDenied"},
		"no policy":                 {without(signedV1(bucketCondition, key), "policy"), "InvalidArgument"},
		"no signature":              {without(signedV1(bucketCondition, key), "Signature"), "InvalidArgument"},
		"other signature":           {with(signedV1(bucketCondition, key), "Signature", "AAAA"), "SignatureDoesNotMatch"},
		"other id":                  {with(signedV1(bucketCondition, key), "OSSAccessKeyId", "other"), "InvalidAccessKeyId"},
		"token of a permanent pair": {signedV1(bucketCondition, key, field{"x-oss-security-token", "t"}), "InvalidAccessKeyId"},
		"other V4 signature":        {with(signedFormV4(bucketCondition, key), "x-oss-signature", "00"), "SignatureDoesNotMatch"},
		"other V4 date":             {with(signedFormV4(bucketCondition, key), "x-oss-date", "20200101T000000Z"), "InvalidArgument"},
		"other V4 version":          {with(signedFormV4(bucketCondition, key), "x-oss-signature-version", "OSS9"), "InvalidArgument"},
		"other V4 credential":       {with(signedFormV4(bucketCondition, key), "x-oss-credential", "a/b"), "InvalidArgument"},
		"ended":                     {signedPolicy(ended, key), "AccessDenied"},
		"no base64":                 {signedPolicy("{}", key), "InvalidPolicyDocument"},
		"no JSON":                   {signedPolicy(encode("{"), key), "InvalidPolicyDocument"},
		"no expiration":             {signedPolicy(encode(`{"conditions":[`+bucketCondition+`]}`), key), "InvalidPolicyDocument"},
		"no conditions":             {signedV1("", key), "InvalidPolicyDocument"},
		"condition of two fields":   {signedV1(`{"bucket":"b","key":"k"}`, key), "InvalidPolicyDocument"},
		"condition of two words":    {signedV1(`["eq","$key"]`, key), "InvalidPolicyDocument"},
		"unknown condition":         {signedV1(`["ends-with","$key","k"]`, key), "InvalidPolicyDocument"},
		"list that is none":         {signedV1(`["not-in","$cache-control","no-cache"]`, key), "InvalidPolicyDocument"},
		"range that is none":        {signedV1(`["content-length-range",2,1]`, key), "InvalidPolicyDocument"},
		"other bucket":              {signedV1(`{"bucket":"other"}`, key), "AccessDenied"},
		"other start":               {signedV1(`["starts-with","$key","dir/"]`, key), "AccessDenied"},
		"not equal":                 {signedV1(`["eq","$x-oss-meta-a","1"]`, key), "AccessDenied"},
		"not in":                    {signedV1(`["in","$content-type",["a/b"]]`, key), "AccessDenied"},
		"in what it must not be":    {signedV1(`["not-in","$cache-control",["no-cache"]]`, key, field{"Cache-Control", "no-cache"}), "AccessDenied"},
		"too small":                 {signedV1(`["content-length-range",6,10]`, key), "EntityTooSmall"},
		"too large":                 {signedV1(`["content-length-range",1,4]`, key), "EntityTooLarge"},
		"callback":                  {signedV1(bucketCondition, key, field{"x-oss-callback", "e30="}), "NotImplemented"},
		"forbidden overwrite":       {signedV1(bucketCondition, field{"key", "there"}, field{"x-oss-forbid-overwrite", "true"}), "FileAlreadyExists"},
		"bad flag":                  {signedV1(bucketCondition, key, field{"x-oss-forbid-overwrite", "abc"}), "InvalidArgument"},
		"bad header":                {signedV1(bucketCondition, key, field{"Cache-Control", "a\nb"}), "InvalidArgument"},
		"long form":                 {signedV1(bucketCondition, key, field{"x", strings.Repeat("x", maxForm)}), "FieldItemTooLong"},
	} {
		if got := h.postForm(row.fields, "f", "", "12345"); got.code() != row.code {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.body, row.code)
		}
	}
	body, boundary := posted(signedV1(bucketCondition, key), "f", "", strings.Repeat("x", inlineLimit+1))
	for name, row := range map[string]struct{ contentType, body, code string }{
		"no form":     {"text/plain", string(body), "RequestIsNotMultiPartContent"},
		"no boundary": {"multipart/form-data", string(body), "MalformedPOSTRequest"},
		"no file":     {"multipart/form-data; boundary=b", "--b--\r\n", "IncorrectNumberOfFilesInPOSTRequest"},
		"no part":     {"multipart/form-data; boundary=b", "x", "IncorrectNumberOfFilesInPOSTRequest"},
		"cut short":   {"multipart/form-data; boundary=" + boundary, string(body[:len(body)-len(boundary)-6]), "MalformedPOSTRequest"},
	} {
		if got := h.post([]byte(row.body), row.contentType); got.code() != row.code {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.body, row.code)
		}
	}
	if got := h.raw("GET", "/"+testBucket+"/k", nil); got.code() != "NoSuchKey" || h.contentFiles() != 0 {
		t.Errorf("left behind: %d, %d files", got.status, h.contentFiles())
	}
}

func TestPostObjectAnonymous(t *testing.T) {
	h := newHarness(t)
	if _, err := h.client.PutBucketAcl(t.Context(), &oss.PutBucketAclRequest{Bucket: oss.Ptr(testBucket), Acl: oss.BucketACLPublicReadWrite}); err != nil {
		t.Fatal(err)
	}
	if got := h.postForm([]field{{"key", "k"}}, "f", "", "x"); got.status != 204 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := h.postForm([]field{{"key", "k"}, {"x-oss-object-acl", "private"}}, "f", "", "x"); got.code() != "AccessDenied" {
		t.Errorf("with an ACL: %d %s", got.status, got.body)
	}
}

// TestPostObjectDiskFails: trouble of our own is not blamed on the form.
func TestPostObjectDiskFails(t *testing.T) {
	h := newHarness(t)
	if got := h.raw("PUT", "/"+testBucket+"/?acl", nil, "x-oss-acl", "public-read-write"); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.code())
	}
	if err := os.RemoveAll(filepath.Join(h.dir, "content")); err != nil {
		t.Fatal(err)
	}
	got := h.postForm([]field{{"key", "k"}}, "f", "", strings.Repeat("x", inlineLimit+1))
	if got.status != 500 || got.code() != "InternalError" {
		t.Errorf("%d %s", got.status, got.code())
	}
}
