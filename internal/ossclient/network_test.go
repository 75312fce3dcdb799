package ossclient

import (
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

func TestX7_CertificatesOfAFile(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(requestID, "0") }))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	write := func(text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for ca, want := range map[string]bool{"": false, file: true} {
		c, err := Open(spec.Store{Name: "s", Region: "r", Endpoint: server.URL, CAFile: ca, Credentials: spec.Credentials{From: spec.CredentialsAnonymous}}, Options{MaxAttempts: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := head(t.Context(), c); (err == nil) != want {
			t.Errorf("certificates of %q: %v", ca, err)
		}
	}
	open := func() error {
		_, err := Open(spec.Store{Name: "s", Region: "r", CAFile: file}, Options{})
		return err
	}
	write([]byte("no certificate"))
	if bad := new(CertificatesError); !errors.As(open(), &bad) {
		t.Errorf("%v", open())
	}
	write(make([]byte, maxCertificates+1)) // cut, it could lack the one that is needed
	if bad := new(CertificatesError); !errors.As(open(), &bad) || !strings.Contains(open().Error(), "1 MiB") {
		t.Errorf("%v", open())
	}
	file = filepath.Dir(file)
	if bad := new(CertificatesError); !errors.As(open(), &bad) || !strings.Contains(open().Error(), "regular") {
		t.Errorf("%v", open())
	}
	file = filepath.Join(file, "gone")
	if err := open(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// Only a store that asks for it goes by the proxy of the environment.
func TestX8_ProxyIfTheStoreAsks(t *testing.T) {
	n, err := networkOf(spec.Store{Proxy: spec.ProxyEnvironment})
	if err != nil || n.transport(Options{}).Proxy == nil {
		t.Errorf("%+v, %v", n, err)
	}
	if n, err := networkOf(spec.Store{}); err != nil || n.transport(Options{}).Proxy != nil {
		t.Errorf("%+v, %v", n, err)
	}
}
