package credential

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Keys of the tests. What may never be shown has characters that encodings change.
const (
	canaryID     = "LTAI5tCanaryKeyId"
	canarySecret = "kN4ry+Secret/0f=the~Tests%7E"
	canaryToken  = "CAISkN4ry+T0ken/0f=the~Tests%7E"
)

// secretForms are a secret in the forms in which it could come to light.
func secretForms(secret string) []string {
	return []string{
		secret, hex.EncodeToString([]byte(secret)), url.QueryEscape(secret), url.PathEscape(secret), url.QueryEscape(url.QueryEscape(secret)),
		base64.StdEncoding.EncodeToString([]byte(secret))[:20], base64.URLEncoding.EncodeToString([]byte(secret))[:20],
	}
}

// silent fails if any value shows a secret, however it is printed.
func silent(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		text := fmt.Sprintf("%v %+v %#v", v, v, v)
		for _, secret := range []string{canarySecret, canaryToken} {
			for _, form := range secretForms(secret) {
				if strings.Contains(text, form) {
					t.Errorf("X1: a secret in %q", text)
				}
			}
		}
	}
}

// world is an environment with a home folder and services.
type world struct {
	t    *testing.T
	vars map[string]string
	opts Options
	now  time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, vars: map[string]string{"HOME": t.TempDir()}, now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	w.opts = Options{Getenv: func(name string) string { return w.vars[name] }, Now: func() time.Time { return w.now }}
	return w
}

// write puts a file below the home folder, which nobody else can read.
func (w *world) write(name, text string) string {
	w.t.Helper()
	path := filepath.Join(w.vars["HOME"], name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// serve starts a service and returns its address.
func (w *world) serve(handler http.HandlerFunc) string {
	server := httptest.NewServer(handler)
	w.t.Cleanup(server.Close)
	return server.URL
}

// keys opens a source and gets its keys.
func (w *world) keys(c Config) (Keys, *Provider, error) {
	w.t.Helper()
	p, err := Open(c, w.opts)
	if err != nil {
		silent(w.t, err)
		return Keys{}, nil, err
	}
	k, err := p.Keys(w.t.Context())
	silent(w.t, p, k, err, p.Origin())
	return k, p, err
}

// want wants keys of an id, from a place that is told with some words.
func (w *world) want(c Config, id, origin string) Keys {
	w.t.Helper()
	k, p, err := w.keys(c)
	if err != nil {
		w.t.Fatal(err)
	}
	if k.ID != id || !strings.Contains(p.Origin(), origin) {
		w.t.Errorf("keys of %q from %s, want %q from %s", k.ID, p.Origin(), id, origin)
	}
	return k
}

// refuse wants an error that is told with some words.
func (w *world) refuse(c Config, says string) error {
	w.t.Helper()
	_, _, err := w.keys(c)
	if err == nil || !strings.Contains(err.Error(), says) {
		w.t.Errorf("%v, want %q", err, says)
	}
	return err
}

// handOut is an answer with keys, good for an hour of the world.
func (w *world) handOut(id string) string {
	return fmt.Sprintf(`{"Code":"Success","AccessKeyId":%q,"AccessKeySecret":%q,"SecurityToken":%q,"Expiration":%q}`,
		id, canarySecret, canaryToken, w.now.Add(time.Hour).UTC().Format(time.RFC3339))
}

// grant is the answer of the token service.
func (w *world) grant(id string) string {
	return `{"RequestId":"1","Credentials":` + w.handOut(id) + `,"AssumedRoleUser":{"Arn":"x"}}`
}
