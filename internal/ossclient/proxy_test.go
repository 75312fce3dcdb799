package ossclient

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/osssync/osssync/spec"
)

// A proxy named by the environment is not asked, whatever it is named for, and no
// request goes to the service of a cloud machine that hands out its role's keys.
func TestX8_EnvironmentNamesNoProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	transport := newTransport(Options{}.withDefaults(), defaultStall, false, network{})
	if ask := transport.base.Proxy; ask != nil {
		proxy, err := ask(&http.Request{URL: &url.URL{Scheme: "https", Host: "oss-cn-hangzhou.aliyuncs.com"}})
		t.Errorf("requests may go by %v, %v", proxy, err)
	}
	if _, err := Open(spec.Store{Name: "prod", Region: "cn-hangzhou", Credentials: spec.Credentials{From: spec.CredentialsEnv}}, Options{Getenv: environment("ALIBABA_CLOUD_ECS_METADATA", "role")}); err == nil {
		t.Error("keys from somewhere")
	}
}
