package ossserver

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
)

func TestDeleteMultipleObjects(t *testing.T) {
	h := newHarness(t)
	keys := []string{"a", "a b+c&d", "中/x", "tab\there", " lead", "nl\n", "missing"}
	for _, key := range append(keys[:6:6], "kept") {
		h.put(key, "x")
	}
	var objects []oss.DeleteObject
	for _, key := range keys {
		objects = append(objects, oss.DeleteObject{Key: oss.Ptr(key)})
	}
	result, err := h.client.DeleteMultipleObjects(t.Context(), &oss.DeleteMultipleObjectsRequest{Bucket: oss.Ptr(testBucket), Objects: objects})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range result.DeletedObjects {
		got = append(got, *d.Key)
	}
	if d := cmp.Diff(keys, got); d != "" {
		t.Errorf("answer (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"kept"}, h.names("", "", 100)); d != "" {
		t.Errorf("left (-want +got):\n%s", d)
	}
	result, err = h.client.DeleteMultipleObjects(t.Context(), &oss.DeleteMultipleObjectsRequest{Bucket: oss.Ptr(testBucket), Objects: []oss.DeleteObject{{Key: oss.Ptr("kept")}}, Quiet: true})
	if err != nil || len(result.DeletedObjects) != 0 {
		t.Errorf("quiet: %v %v", result, err)
	}
	if names := h.names("", "", 100); names != nil {
		t.Errorf("left %q", names)
	}
}

func TestDeleteMultipleObjectsErrors(t *testing.T) {
	h := newHarness(t)
	h.put("a", "x")
	many := strings.Repeat("<Object><Key>a</Key></Object>", maxBatchDelete+1)
	for _, row := range []struct{ name, doc, code string }{
		{"no keys", "<Delete></Delete>", "MalformedXML"},
		{"too many", "<Delete>" + many + "</Delete>", "MalformedXML"},
		{"other root", "<Remove><Object><Key>a</Key></Object></Remove>", "MalformedXML"},
		{"two documents", "<Delete><Object><Key>a</Key></Object></Delete><Delete/>", "MalformedXML"},
		{"text behind", "<Delete><Object><Key>a</Key></Object></Delete>x", "MalformedXML"},
		{"cut", "<Delete><Object><Key>a</Key></Object>", "MalformedXML"},
		{"empty", "", "MalformedXML"},
		{"too long", "<Delete>" + strings.Repeat(" ", maxDeleteDocument) + "</Delete>", "MalformedXML"},
		{"bad key", "<Delete><Object><Key>a</Key></Object><Object><Key>/a</Key></Object></Delete>", "InvalidObjectName"},
		{"version", "<Delete><Object><Key>a</Key><VersionId>v</VersionId></Object></Delete>", "InvalidArgument"},
	} {
		sum := md5.Sum([]byte(row.doc))
		got := h.raw("POST", "/"+testBucket+"/?delete", []byte(row.doc), "Content-MD5", base64.StdEncoding.EncodeToString(sum[:]), "Content-Type", "application/xml")
		if got.code() != row.code {
			t.Errorf("%s: %d %s, want %s", row.name, got.status, got.code(), row.code)
		}
	}
	doc := []byte("<Delete><Object><Key>a</Key></Object></Delete>")
	if got := h.raw("POST", "/"+testBucket+"/?delete", doc); got.code() != "MissingArgument" || got.header.Get("x-oss-ec") != "0016-00000606" {
		t.Errorf("no Content-MD5: %d %s", got.status, got.code())
	}
	if got := h.raw("POST", "/"+testBucket+"/?delete", doc, "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="); got.code() != "InvalidDigest" {
		t.Errorf("wrong Content-MD5: %d %s", got.status, got.code())
	}
	for _, e := range h.journal.Exchanges() {
		if e.Deletes != nil {
			t.Errorf("%s names %v", e.Code, e.Deletes)
		}
	}
	if got := fmt.Sprint(h.names("", "", 10)); got != "[a]" {
		t.Errorf("left %s", got)
	}
}
