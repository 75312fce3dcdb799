package spec

import (
	"fmt"
	"strings"
	"testing"
)

func TestFindHeader(t *testing.T) {
	for name, want := range map[string]string{
		"cache-control":                "Cache-Control",
		"CONTENT-TYPE":                 "Content-Type",
		"X-Oss-Storage-Class":          "x-oss-storage-class",
		"x-oss-meta-Build":             "x-oss-meta-build",
		"X-Oss-Meta-a-1":               "x-oss-meta-a-1",
		"x-oss-meta-osssynchronised":   "x-oss-meta-osssynchronised",
		"x-oss-server-side-encryption": "x-oss-server-side-encryption",
	} {
		if got, wrong := findHeader(name); wrong.what != "" || got.name != want {
			t.Errorf("%q: %q, %v; want %q", name, got.name, wrong, want)
		}
	}
	for name, what := range map[string]string{
		"":                       "unknown",
		"Content-Length":         "unknown",
		"Content-MD5":            "unknown",
		"x-oss-forbid-overwrite": "unknown",
		"Authorization":          "unknown",
		"x-oss-meta-":            "name of user metadata",
		"x-oss-meta--a":          "name of user metadata",
		"x-oss-meta-a b":         "name of user metadata",
		"x-oss-meta-ü":           "name of user metadata",
		"x-oss-meta-osssync-x":   "reserved",
		"X-OSS-Meta-Osssync-x":   "reserved",
		"x-oss-meta-client-side-encryption-wrap-alg": "reserved",
	} {
		if got, wrong := findHeader(name); !strings.Contains(wrong.what, what) {
			t.Errorf("%q: %q, problem %q, want one with %q", name, got.name, wrong.what, what)
		}
	}
}

func TestHeaderValues(t *testing.T) {
	tags := func(n int) string {
		pairs := make([]string, n)
		for i := range pairs {
			pairs[i] = fmt.Sprintf("k%d=v", i)
		}
		return strings.Join(pairs, "&")
	}
	for _, row := range []struct{ name, value, what string }{
		{"Cache-Control", "public, max-age=31536000, immutable", ""},
		{"Cache-Control", strings.Repeat("a", 4096), ""},
		{"Cache-Control", strings.Repeat("a", 4097), "4,096 bytes"},
		{"Cache-Control", "", "empty"},
		{"Cache-Control", "a\tb", "visible ASCII"},
		{"Cache-Control", "a\r\nX: y", "visible ASCII"},
		{"Cache-Control", " a", "space around"},
		{"Cache-Control", "a\u00a0b", "visible ASCII"},
		{"Content-Type", "text/html; charset=utf-8", ""},
		{"Content-Type", "text", "media type"},
		{"Content-Type", "text/html; charset", "media type"},
		{"x-oss-object-acl", "public-read", ""},
		{"x-oss-object-acl", "Private", "unknown word"},
		{"x-oss-storage-class", "DeepColdArchive", ""},
		{"x-oss-storage-class", "STANDARD", "unknown word"},
		{"x-oss-server-side-encryption", "KMS", ""},
		{"x-oss-server-side-encryption", "kms", "unknown word"},
		{"x-oss-server-side-data-encryption", "SM4", ""},
		{"x-oss-meta-a", "any text", ""},
		{"x-oss-tagging", "a=b", ""},
		{"x-oss-tagging", "a", ""},
		{"x-oss-tagging", "a%20b=c%2Fd&e=", ""},
		{"x-oss-tagging", tags(10), ""},
		{"x-oss-tagging", tags(11), "11 tags"},
		{"x-oss-tagging", "a=b&a=c", "second time"},
		{"x-oss-tagging", "a=b&", "malformed"},
		{"x-oss-tagging", "=b", "malformed"},
		{"x-oss-tagging", "a=b=c", "malformed"},
		{"x-oss-tagging", "a=%zz", "malformed"},
		{"x-oss-tagging", "a=%C3%BC", "does not take"},
		{"x-oss-tagging", "a=b*", "does not take"},
		{"x-oss-tagging", strings.Repeat("k", 128) + "=" + strings.Repeat("v", 256), ""},
		{"x-oss-tagging", strings.Repeat("k", 129) + "=v", "too long"},
		{"x-oss-tagging", "k=" + strings.Repeat("v", 257), "too long"},
	} {
		h, wrong := findHeader(row.name)
		if wrong.what != "" {
			t.Fatalf("%q: %v", row.name, wrong)
		}
		_, wrong = h.parse(row.value)
		if row.what == "" && wrong.what != "" || !strings.Contains(wrong.what, row.what) {
			t.Errorf("%s: %.40q: problem %q, want one with %q", row.name, row.value, wrong.what, row.what)
		}
	}
}

func TestMetadataTotal(t *testing.T) {
	rule := func(pattern, name string, bytes int) string {
		return fmt.Sprintf("[{match: %q, set: {x-oss-meta-%s: %q}}", pattern, name, strings.Repeat("v", bytes))
	}
	mapping := func(first, second int) string {
		return "version: 1\nstores: {a: {region: cn-hangzhou}}\nmappings: [{name: a, local: a, to: \"oss://abc/\", headers: " +
			rule("*.a", "a", first) + "," + rule("*.b", "b", second)[1:] + "]}]\n"
	}
	// Each name has 12 bytes.
	if _, err := Parse("a.yaml", "/", []byte(mapping(4084, 4084))); err != nil {
		t.Errorf("8,192 bytes: %v", err)
	}
	if _, err := Parse("a.yaml", "/", []byte(mapping(4084, 4085))); err == nil || !strings.Contains(err.Error(), "8193 bytes") {
		t.Errorf("8,193 bytes: %v", err)
	}
}
