package spec

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRemote(t *testing.T) {
	long := strings.Repeat("a", 1021)
	for text, want := range map[string]remote{
		"oss://abc/":               {"abc", ""},
		"oss://abc/www":            {"abc", "www/"},
		"oss://abc/www/":           {"abc", "www/"},
		"oss://a-1/x/y z/%20?#":    {"a-1", "x/y z/%20?#/"},
		"oss://abc/ü":              {"abc", "ü/"},
		"oss://abc/a\\b":           {"abc", "a\\b/"},
		"oss://abc/.osssyncs":      {"abc", ".osssyncs/"},
		"oss://abc/" + long:        {"abc", long + "/"},
		"oss://abc/" + long + "/":  {"abc", long + "/"},
		"oss://" + long[:63] + "/": {long[:63], ""},
	} {
		if got, wrong := parseRemote(text); wrong.what != "" || got != want {
			t.Errorf("%.40q: %+v, %v; want %+v", text, got, wrong, want)
		}
	}
	for text, what := range map[string]string{
		"":                             "no oss:// address",
		"abc/www":                      "no oss:// address",
		"OSS://abc/":                   "no oss:// address",
		"oss://":                       "bucket name",
		"oss:///x":                     "bucket name",
		"oss://ab/":                    "bucket name",
		"oss://-ab/":                   "bucket name",
		"oss://ab-/":                   "bucket name",
		"oss://a_b/":                   "bucket name",
		"oss://Abc/":                   "bucket name",
		"oss://a.b/":                   "bucket name",
		"oss://" + long[:64] + "/":     "bucket name",
		"oss://abc":                    "without a prefix",
		"oss://abc//":                  "empty path component",
		"oss://abc//x":                 "empty path component",
		"oss://abc/x//":                "empty path component",
		"oss://abc/x//y":               "empty path component",
		"oss://abc/./x":                `"." or ".."`,
		"oss://abc/x/..":               `"." or ".."`,
		`oss://abc/\x`:                 `begins with "\"`,
		"oss://abc/.osssync/x":         "below .osssync",
		"oss://abc/x/.osssync":         "below .osssync",
		"oss://abc/" + long + "a":      "1,022 bytes",
		"oss://abc/ü" + long[2:] + "a": "1,022 bytes",
	} {
		if got, wrong := parseRemote(text); !strings.Contains(wrong.what, what) {
			t.Errorf("%.40q: %+v, problem %q, want one with %q", text, got, wrong.what, what)
		}
	}
}

func TestParseEndpoint(t *testing.T) {
	for text, want := range map[string]string{
		"https://oss-cn-hangzhou.aliyuncs.com": "https://oss-cn-hangzhou.aliyuncs.com",
		"HTTPS://storage.example.com:8443":     "https://storage.example.com:8443",
		"https://10.0.0.1":                     "https://10.0.0.1",
		"http://localhost:9000":                "http://localhost:9000",
		"http://127.0.0.1:9000":                "http://127.0.0.1:9000",
		"http://127.8.8.8":                     "http://127.8.8.8",
		"http://[::1]:9000":                    "http://[::1]:9000",
		"https://[2001:db8::1]":                "https://[2001:db8::1]",
	} {
		if got, wrong := parseEndpoint(text); wrong.what != "" || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, wrong, want)
		}
	}
	for text, what := range map[string]string{
		"oss-cn-hangzhou.aliyuncs.com": "without a scheme",
		"localhost:9000":               "without a scheme",
		"ftp://localhost":              "neither https nor http",
		"://x":                         "malformed",
		"https://":                     "malformed",
		"https://h:0":                  "malformed",
		"https://h:65536":              "malformed",
		"https://h:":                   "malformed",
		"https://h:x":                  "malformed",
		"https://a b":                  "malformed",
		"https://-a":                   "malformed",
		"https://a_b":                  "malformed",
		"https://h/":                   "more than a host",
		"https://h/bucket":             "more than a host",
		"https://h?x":                  "more than a host",
		"https://h?":                   "more than a host",
		"https://h#":                   "more than a host",
		"https://u:p@h":                "user name or password",
		"https://u@h":                  "user name or password",
		"http://storage.example.com":   "unencrypted",
		"http://127.0.0.1.example.com": "unencrypted",
		"http://localhost.example.com": "unencrypted",
		"http://10.0.0.1":              "unencrypted",
	} {
		if got, wrong := parseEndpoint(text); !strings.Contains(wrong.what, what) {
			t.Errorf("%q: %q, problem %q, want one with %q", text, got, wrong.what, what)
		}
	}
}

func TestParseRegion(t *testing.T) {
	for _, text := range []string{"cn-hangzhou", "us-east-1", "rg-china-mainland", "local"} {
		if got, wrong := parseRegion(text); wrong.what != "" || got != text {
			t.Errorf("%q: %q, %v", text, got, wrong)
		}
	}
	for _, text := range []string{"", "oss-cn-hangzhou", "cn_hangzhou", "CN-hangzhou", "cn-", "-cn", "cn--x", strings.Repeat("a", 64)} {
		if got, wrong := parseRegion(text); wrong.what == "" {
			t.Errorf("%q: %q, want a problem", text, got)
		}
	}
}

func TestRequire(t *testing.T) {
	parse := func(list string) (*Spec, error) {
		return Parse("a.yaml", "/", mappingsOf(1, ", require: "+list+`, exclude: ["*.map"]`))
	}
	s, err := parse(`[index.html, "a b/*.css", .hidden]`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"index.html", "a b/*.css", ".hidden"}, s.Mappings[0].Require); diff != "" {
		t.Error(diff)
	}
	for list, want := range map[string]string{
		`[""]`:                                  `require[0]: path ""`,
		`[/a]`:                                  `require[0]: path "/a"`,
		`[a, docs/]`:                            `require[1]: path "docs/"`,
		`[a/../b]`:                              `require[0]: path "a/../b"`,
		`[.osssync/x]`:                          `require[0]: path ".osssync/x"`,
		`[a, x/app.map]`:                        `require: file "x/app.map" that include and exclude leave out`,
		`a`:                                     `text instead of a list: put it in brackets`,
		`["` + strings.Repeat("x/", 511) + `"]`: `path "x/`,
	} {
		if _, err := parse(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", list, err, want)
		}
	}
}
