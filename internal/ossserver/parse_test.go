package ossserver

import (
	"net/http"
	"testing"
)

func TestParseTarget(t *testing.T) {
	for _, row := range []struct {
		path, host, endpoint string
		want                 target
	}{
		{"/", "127.0.0.1:9000", "", target{}},
		{"/b", "127.0.0.1", "", target{bucket: "b", key: ""}},
		{"/b/", "localhost:80", "", target{bucket: "b", key: ""}},
		{"/b/k", "[::1]:80", "", target{bucket: "b", key: "k"}},
		{"/b//lead", "::1", "", target{bucket: "b", key: "/lead"}},
		{"/b/a/../b", "localhost", "", target{bucket: "b", key: "a/../b"}},
		{"/b/a%2Fb%25%00+", "localhost", "", target{bucket: "b", key: "a/b%\x00+"}},
		{"/b/dir/", "localhost", "", target{bucket: "b", key: "dir/"}},
		{"/", "b.localhost:80", "", target{bucket: "b", key: ""}},
		{"/k/x", "B.localhost", "", target{bucket: "b", key: "k/x"}},
		{"/b/k", "oss-cn-hangzhou.aliyuncs.com", "", target{bucket: "b", key: "k"}},
		{"/k", "b.oss-cn-hangzhou.aliyuncs.com", "", target{bucket: "b", key: "k"}},
		{"/b/k", "store.example.org:9000", "store.example.org:9000", target{bucket: "b", key: "k"}},
		{"/k", "b.store.example.org:9000", "http://store.example.org:9000/", target{bucket: "b", key: "k"}},
		{"/b/k", "b.store.example.org", "", target{bucket: "b", key: "k"}},
		{"/", "host.docker.internal:9000", "", target{}},
		{"/b/k", "nas.lan", "", target{bucket: "b", key: "k"}},
		{"/b/k", "nas.lan", "store.example.org", target{bucket: "b", key: "k"}},
		{"/b/k", "192.0.2.1:9000", "store.example.org", target{bucket: "b", key: "k"}},
		{"/k", "b.localhost", "store.example.org", target{bucket: "b", key: "k"}},
		{"/k", "b.localhost", "localhost", target{bucket: "b", key: "k"}},
		{"/b/k", "oss-accelerate.aliyuncs.com", "", target{bucket: "b", key: "k"}},
		{"/k", "oss-b.oss-cn-hangzhou-internal.aliyuncs.com", "", target{bucket: "oss-b", key: "k"}},
		{"/b/k", "b.sts.aliyuncs.com", "", target{bucket: "b", key: "k"}},
	} {
		got, err := parseTarget(row.path, row.host, row.endpoint)
		if err != nil || got != row.want {
			t.Errorf("%s on %s: got %+v %v, want %+v", row.path, row.host, got, err, row.want)
		}
	}
	for _, path := range []string{"/b/%", "/b/%zz", "//k", "/%2/k"} {
		if got, err := parseTarget(path, "localhost", ""); err == nil {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}

// TestEndpoint: the endpoint of a bucket leads back to the server.
func TestEndpoint(t *testing.T) {
	for _, row := range []struct{ option, host, want string }{
		{"", "127.0.0.1:9000", "127.0.0.1:9000"},
		{"", "b.localhost:9000", "localhost:9000"},
		{"store.example.org", "127.0.0.1:9000", "store.example.org"},
	} {
		s := &Server{options: Options{Endpoint: row.option}}
		if got := s.endpoint(&call{request: &http.Request{Host: row.host}}); got != row.want {
			t.Errorf("%q on %q: got %q, want %q", row.option, row.host, got, row.want)
		}
	}
}
