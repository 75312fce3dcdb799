//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// X8: the proxy that the environment names is asked if the spec says so, and not for
// the hosts that it leaves out.
func TestX8_ProxyIfTheSpecAsks(t *testing.T) {
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || !strings.HasPrefix(r.Host, "bucket.oss-cn-nowhere-1") || len(r.Header["Authorization"]) > 0 {
			t.Errorf("%s %s with %v", r.Method, r.Host, r.Header)
		}
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	dir := t.TempDir()
	for _, tt := range []struct {
		field, without string
		want           bool
	}{
		{"proxy: environment", "", true},
		{"proxy: environment", ".aliyuncs.com", false},
		{"proxy: none", "", false},
		{"internal: false", "", false},
	} {
		asked.Store(0)
		text := "version: 1\nstores: {s: {region: cn-nowhere-1, " + tt.field + "}}\nmappings: [{name: m, local: ., to: oss://bucket/x/}]\n"
		if err := os.WriteFile(filepath.Join(dir, "osssync.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("osssync", "doctor", "--json")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir, "OSS_ACCESS_KEY_ID=i", "OSS_ACCESS_KEY_SECRET=s", "HTTPS_PROXY="+proxy.URL, "NO_PROXY="+tt.without, "GORACE=atexit_sleep_ms=0")
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != exitRemote || asked.Load() > 0 != tt.want {
			t.Errorf("%s, NO_PROXY=%s: asked %d times, exit code %d:\n%s", tt.field, tt.without, asked.Load(), code, out)
		}
	}
}
