package ossclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/spec"
)

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestCredentials(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		want credentials.Credentials
		says string // part of the error
	}{
		{"OSS", []string{"OSS_ACCESS_KEY_ID", "i", "OSS_ACCESS_KEY_SECRET", "s"}, credentials.Credentials{AccessKeyID: "i", AccessKeySecret: "s"}, ""},
		{"OSS with token", []string{"OSS_ACCESS_KEY_ID", "i", "OSS_ACCESS_KEY_SECRET", "s", "OSS_SESSION_TOKEN", "t"},
			credentials.Credentials{AccessKeyID: "i", AccessKeySecret: "s", SecurityToken: "t"}, ""},
		{"Alibaba Cloud", []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "i", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s", "ALIBABA_CLOUD_SECURITY_TOKEN", "t"},
			credentials.Credentials{AccessKeyID: "i", AccessKeySecret: "s", SecurityToken: "t"}, ""},
		{"both", []string{"OSS_ACCESS_KEY_ID", "i", "OSS_ACCESS_KEY_SECRET", "s", "ALIBABA_CLOUD_ACCESS_KEY_ID", "i2",
			"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s2", "ALIBABA_CLOUD_SECURITY_TOKEN", "t2"},
			credentials.Credentials{AccessKeyID: "i", AccessKeySecret: "s"}, ""},
		{"none", nil, credentials.Credentials{}, "set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET (or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET)"},
		{"token only", []string{"OSS_SESSION_TOKEN", canaryToken}, credentials.Credentials{}, "set OSS_ACCESS_KEY_ID"},
		{"no secret", []string{"OSS_ACCESS_KEY_ID", canaryID}, credentials.Credentials{}, "OSS_ACCESS_KEY_SECRET is not set"},
		{"never mixed", []string{"OSS_ACCESS_KEY_ID", canaryID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET", canarySecret}, credentials.Credentials{}, "OSS_ACCESS_KEY_SECRET is not set"},
		{"newline", []string{"OSS_ACCESS_KEY_ID", "i", "OSS_ACCESS_KEY_SECRET", canarySecret + "\n"}, credentials.Credentials{}, "OSS_ACCESS_KEY_SECRET holds white space"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := spec.Store{Name: "prod", Region: "cn-hangzhou", Credentials: spec.Credentials{From: spec.CredentialsEnv}}
			_, provider, err := provide(store, Options{Getenv: environment(tt.env...)}, nil)
			if tt.says != "" {
				if !errors.Is(err, ErrNoCredentials) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v, want ErrNoCredentials saying %q", err, tt.says)
				}
				if strings.Contains(fmt.Sprint(err), "canary") {
					t.Errorf("X1: secret in %q", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := provider.GetCredentials(t.Context()); err != nil || got != tt.want {
				t.Errorf("%+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestX6_X7_Resolve(t *testing.T) {
	tests := []struct {
		name  string
		store spec.Store
		trust string
		want  string // URL, or part of the error
		style bool
	}{
		{"region", spec.Store{Region: "cn-hangzhou"}, "", "https://oss-cn-hangzhou.aliyuncs.com", false},
		{"internal", spec.Store{Region: "r", Endpoint: "https://oss-r-internal.aliyuncs.com"}, "", "https://oss-r-internal.aliyuncs.com", false},
		{"internal by name", spec.Store{Region: "r", Internal: true}, "", "https://oss-r-internal.aliyuncs.com", false},
		{"accelerate", spec.Store{Region: "r", Accelerate: true}, "", "https://oss-accelerate.aliyuncs.com", false},
		{"dual stack", spec.Store{Region: "r", DualStack: true}, "", "https://r.oss.aliyuncs.com", false},
		{"domain of a bucket", spec.Store{Region: "r", Endpoint: "https://www.example.com", CName: true}, "www.example.com", "https://www.example.com", false},
		{"domain of a bucket, on this machine", spec.Store{Region: "r", Endpoint: "http://localhost:1", CName: true}, "", "http://localhost:1", false},
		{"X6 domain of a bucket, not trusted", spec.Store{Region: "r", Endpoint: "https://www.example.com", CName: true}, "", "not trusted", false},
		{"IP", spec.Store{Region: "r", Endpoint: "http://127.0.0.1:9000"}, "", "http://127.0.0.1:9000", true},
		{"IPv6", spec.Store{Region: "r", Endpoint: "http://[::1]:9000"}, "", "http://[::1]:9000", true},
		{"localhost", spec.Store{Region: "r", Endpoint: "http://localhost:9000/"}, "", "http://localhost:9000", true},
		{"trusted", spec.Store{Region: "r", Endpoint: "https://oss.example.com"}, "a.example.com, OSS.example.com", "https://oss.example.com", false},
		{"anonymous", spec.Store{Region: "r", Endpoint: "https://oss.example.com", Credentials: spec.Credentials{From: "anonymous"}}, "", "https://oss.example.com", false},
		{"no region", spec.Store{Endpoint: "https://oss.example.com"}, "", "no region", false},
		{"X6 not trusted", spec.Store{Region: "r", Endpoint: "https://oss.example.com"}, "", `"oss.example.com" is no address of OSS below aliyuncs.com`, false},
		{"X6 another service", spec.Store{Region: "r", Endpoint: "https://1234.cn-hangzhou.fc.aliyuncs.com"}, "", "no address of OSS", false},
		{"X6 the domain itself", spec.Store{Region: "r", Endpoint: "https://aliyuncs.com"}, "", "no address of OSS", false},
		{"in a virtual network", spec.Store{Region: "r", Endpoint: "https://vpc100-oss-r.aliyuncs.com"}, "", "https://vpc100-oss-r.aliyuncs.com", false},
		{"X6 looks trusted", spec.Store{Region: "r", Endpoint: "https://oss-aliyuncs.com"}, "", "not trusted", false},
		{"X7 http elsewhere", spec.Store{Region: "r", Endpoint: "http://oss-r.aliyuncs.com"}, "", "plain http", false},
		{"X7 http on the network", spec.Store{Region: "r", Endpoint: "http://10.0.0.1"}, "", "plain http", false},
		{"X7 name like loopback", spec.Store{Region: "r", Endpoint: "http://127.0.0.1.example.com"}, "", "plain http", false},
		{"other scheme", spec.Store{Region: "r", Endpoint: "ftp://x"}, "", "want https://", false},
		{"no scheme", spec.Store{Region: "r", Endpoint: "oss.example.com"}, "", "want https://", false},
		{"password", spec.Store{Region: "r", Endpoint: "https://u:canary@oss.example.com"}, "", "want https://", false},
		{"no URL", spec.Store{Region: "r", Endpoint: "https://[::1"}, "", "not a URL", false},
		{"embedded, alone", spec.Store{Embedded: "/x"}, "", "without a dialer", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.store.Name = "prod"
			opts := Options{Getenv: environment("OSS_ACCESS_KEY_ID", canaryID, "OSS_ACCESS_KEY_SECRET", canarySecret, trustVariable, tt.trust)}
			c, err := Open(tt.store, opts)
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), `store "prod": `) || strings.Contains(err.Error(), "canary") {
					t.Errorf("%v, want %q", err, tt.want)
				}
				return
			}
			defer c.Close()
			if got, err := resolve(tt.store, opts.withDefaults()); err != nil || got.url != tt.want || got.pathStyle != tt.style {
				t.Errorf("%+v, %v; want %q, path style %t", got, err, tt.want, tt.style)
			}
		})
	}
}

// X1: whatever goes wrong, no text that a user or a log may see holds a key.
func TestX1_NoSecretInErrors(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"refused": func(w http.ResponseWriter, r *http.Request) { refusal(w, 403, "SignatureDoesNotMatch") },
		"failed":  func(w http.ResponseWriter, r *http.Request) { refusal(w, 500, "InternalError") },
		"redirected": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://x/")
			w.WriteHeader(307)
		},
		"broken":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"garbled": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(418); io.WriteString(w, "<html>") },
	}
	for name, handler := range answers {
		c := client(t, Options{MaxAttempts: 2}, handler)
		for _, err := range []error{head(t.Context(), c), put(t.Context(), c, strings.NewReader("x"))} {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "canary") {
				t.Errorf("%s: secret in %s", name, text)
			}
		}
		if text := fmt.Sprintf("%v %+v %#v", c, c, *c); strings.Contains(text, "canary") {
			t.Errorf("secret in the client's own text: %s", text)
		}
	}
	c := client(t, Options{MaxAttempts: 1}, nil)
	c.transport.base.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	}
	if err := head(t.Context(), c); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("unreachable: %v", err)
	}
}
