package ossserver

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestX4_ReadCredentials(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	text := "# keys\n\nid-1 secret-1\n  id-2\tsecret/2+= \r\n# id-3 secret-3\nid-4 secret-4 token-4\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, tokens, err := ReadCredentials(path)
	if want := map[string]string{"id-1": "secret-1", "id-2": "secret/2+=", "id-4": "secret-4"}; err != nil || !maps.Equal(got, want) {
		t.Fatalf("got %v, %v", got, err)
	}
	if want := map[string]string{"id-4": "token-4"}; !maps.Equal(tokens, want) {
		t.Fatalf("got tokens %v", tokens)
	}
	// The permanent pairs open the server by themselves, and no other.
	h := newHarness(t, func(o *Options) { o.Credentials, o.SecurityTokens = got, tokens })
	for id, code := range map[string]int{"id-1": 200, "id-2": 200, "id-3": 403, "id-4": 403} {
		if a := h.as(id, got[id]+strings.Repeat("x", code/403), "GET", "/", nil); a.status != code {
			t.Errorf("%s: %d, want %d", id, a.status, code)
		}
	}
	if hasOwners {
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadCredentials(path); err == nil || !strings.Contains(err.Error(), "0640") {
			t.Errorf("mode 0640: %v", err)
		}
	}
	for _, bad := range []string{path + "-none", filepath.Dir(path)} {
		if _, _, err := ReadCredentials(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestParseCredentialsErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "no key pair",
		"# nothing\n":              "no key pair",
		"id\n":                     "line 1",
		"a b\n\nc d e f\n":         "line 3",
		"a b\na c\n":               "twice",
		strings.Repeat("x", 1<<17): "too long",
	} {
		if _, _, err := parseCredentials(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
	if _, _, err := parseCredentials(strings.NewReader("id hush hush hush\n")); strings.Contains(err.Error(), "hush") {
		t.Errorf("secret in %v", err)
	}
}

func FuzzCredentials(f *testing.F) {
	f.Add("a b\n#c\n\nd e")
	f.Add("a b token\nc d")
	f.Add("a b\x00\r\n\u2003x y")
	f.Fuzz(func(t *testing.T, text string) {
		pairs, tokens, err := parseCredentials(strings.NewReader(text))
		if err != nil {
			return
		}
		for id, token := range tokens {
			if pairs[id] == "" || token == "" {
				t.Errorf("%q gives a token to %q", text, id)
			}
		}
		for id, secret := range pairs {
			if id == "" || secret == "" || strings.ContainsAny(id+secret, " \t\n") || !strings.Contains(text, id) {
				t.Errorf("%q gives %q %q", text, id, secret)
			}
		}
	})
}
