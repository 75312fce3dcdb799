//go:build unix

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/osssync/osssync/internal/ossserver"
)

// What nobody may ever find. They have the characters that encodings change.
const (
	canaryID     = "LTAI5tCanaryKeyId"
	canarySecret = "kN4ry+Secret/0f=the~Tests%7E"
	canaryToken  = "CAISkN4ry+T0ken/0f=the~Tests%7E"
)

// canaries are a secret in the forms in which it could come to light.
func canaries(secret string) map[string][]byte {
	forms := map[string][]byte{
		"plain":        []byte(secret),
		"hex":          []byte(hex.EncodeToString([]byte(secret))),
		"HEX":          []byte(strings.ToUpper(hex.EncodeToString([]byte(secret)))),
		"spaced hex":   []byte(strings.TrimSpace(spaced(secret))),
		"query":        []byte(url.QueryEscape(secret)),
		"path":         []byte(url.PathEscape(secret)),
		"quoted twice": []byte(url.QueryEscape(url.QueryEscape(secret))),
	}
	for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for shift := range 3 {
			// What stands before decides how the bytes fall into groups of three;
			// groups that are shared with a neighbour are left out.
			text := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			forms[name+strings.Repeat("'", shift)] = []byte(text[4*((shift+2)/3) : len(text)/4*4-4])
		}
	}
	return forms
}

func spaced(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{text[i]})) + " ")
	}
	return b.String()
}

// aviary is a folder in which everything is done with canaries for keys.
type aviary struct {
	t        *testing.T
	dir      string
	endpoint string
	secret   string // in the environment
	answer   atomic.Pointer[ossserver.Fault]
	log      bytes.Buffer // all that was printed
	codes    map[int]int  // how often each exit code came
	extra    []string     // further variables
}

func newAviary(t *testing.T) *aviary {
	a := &aviary{t: t, dir: t.TempDir(), secret: canarySecret, codes: map[int]int{}}
	server, err := ossserver.Open(ossserver.Options{
		Dir: filepath.Join(t.TempDir(), "store"), NoSync: true,
		Credentials: map[string]string{canaryID: canarySecret}, SecurityTokens: map[string]string{canaryID: canaryToken},
		Hooks: &ossserver.Hooks{Fault: func(ossserver.Request) *ossserver.Fault { return a.answer.Load() }},
	})
	if err == nil {
		err = server.CreateBucket("bucket")
	}
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		web.Close()
		server.Close()
	})
	a.endpoint = web.URL
	for name, text := range map[string]string{
		"osssync.yaml": "version: 1\nstores: {box: {region: cn-hangzhou, endpoint: \"" + web.URL + "\"}}\nmappings:\n" +
			"- {name: site, local: tree, to: oss://bucket/www/, prune: all, transfer: {threshold: 1KiB, partSize: 100KiB}}\n",
		"tree/page.html": "page", "tree/large": strings.Repeat("x", 250<<10),
	} {
		a.write(name, text)
	}
	return a
}

func (a *aviary) write(name, text string) {
	a.t.Helper()
	name = filepath.Join(a.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// command is the real program in the folder, with the canaries for keys.
func (a *aviary) command(args ...string) *exec.Cmd {
	cmd := exec.Command("osssync", args...)
	cmd.Dir = a.dir
	temp := filepath.Join(a.dir, "temp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		a.t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "HOME="+a.dir, "XDG_STATE_HOME="+filepath.Join(a.dir, "state"), "TMPDIR="+temp, "GORACE=atexit_sleep_ms=0",
		"OSS_ACCESS_KEY_ID="+canaryID, "OSS_ACCESS_KEY_SECRET="+a.secret, "OSS_SESSION_TOKEN="+canaryToken, "OSSSYNC_ACCESS_KEY_SECRET="+canarySecret)
	cmd.Env = append(cmd.Env, a.extra...)
	return cmd
}

func (a *aviary) run(args ...string) {
	a.t.Helper()
	cmd := a.command(args...)
	out, err := cmd.CombinedOutput()
	a.log.WriteString("\n$ osssync " + strings.Join(args, " ") + "\n")
	a.log.Write(out)
	if cmd.ProcessState == nil {
		a.t.Fatal(err)
	}
	a.codes[cmd.ProcessState.ExitCode()]++
}

// everything runs every command that has to do with a service.
func (a *aviary) everything() {
	a.t.Helper()
	a.write("tree/page.html", "page "+a.log.String()[max(0, a.log.Len()-20):])
	for _, args := range [][]string{
		{"plan", "--verbose", "--deep", "--out", "site.plan"},
		{"plan", "--format", "json"},
		{"plan", "--format", "markdown", "--all"},
		{"show", "site.plan", "--verbose"},
		{"apply", "site.plan", "--auto-approve", "--format", "json"},
		{"apply", "--auto-approve", "--verbose"},
		{"doctor", "--write-probe"},
		{"doctor", "oss://bucket/www/", "--json"},
		{"ls", "oss://bucket/"},
		{"ls", "oss://bucket/www/", "--format", "json"},
		{"put", "tree/page.html", "oss://bucket/put", "--header", "Cache-Control=no-cache"},
		{"get", "oss://bucket/www/large", "got", "--force", "--threshold", "1KiB", "--part-size", "100KiB"},
		{"uploads", "oss://bucket/", "--abort", "--auto-approve"},
	} {
		a.run(args...)
	}
}

// serve runs the server of the program itself, with a file of keys, until it is
// told to end by a signal; SIGQUIT makes it print what it is doing.
func (a *aviary) serve(end os.Signal, flags ...string) {
	a.t.Helper()
	cmd := a.command(append([]string{"serve", "--dir", "served", "--addr", "127.0.0.1:0", "--bucket", "bucket", "--log"}, flags...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, _ := out.Read(line)
	_, address, _ := strings.Cut(string(line[:n]), "http://")
	address, _, _ = strings.Cut(address, " ")
	a.run("ls", "oss://bucket/", "--region", "cn-hangzhou", "--endpoint", "http://"+address)
	if err := cmd.Process.Signal(end); err != nil {
		a.t.Error(err)
	}
	rest, _ := io.ReadAll(out)
	cmd.Wait()
	a.log.Write(line[:n])
	a.log.Write(rest)
	a.log.Write(errs.Bytes())
}

// search looks for the canaries in all that was printed and all that was left.
func (a *aviary) search() {
	a.t.Helper()
	places := map[string][]byte{"output": a.log.Bytes()}
	err := filepath.WalkDir(a.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || e.Name() == "keys" {
			return err
		}
		places[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	for _, secret := range []string{canarySecret, canaryToken} {
		for form, canary := range canaries(secret) {
			for place, content := range places {
				if i := bytes.Index(content, canary); i >= 0 {
					a.t.Errorf("%s holds a secret, %s: ...%q", place, form, content[max(0, i-200):i])
				}
			}
		}
	}
	if left, err := os.ReadDir(filepath.Join(a.dir, "temp")); err != nil || len(left) > 0 {
		a.t.Errorf("left in the folder for temporary files: %v, %v", left, err)
	}
}

// Whatever goes well or wrong, no secret is in anything that is printed, saved or
// recorded.
func TestX1_X2_X5_CanariesAreNowhere(t *testing.T) {
	a := newAviary(t)
	a.run("version")
	a.run("init", "--file", "new.yaml")
	a.run("validate")
	a.everything()
	if a.codes[exitDone] < 10 {
		t.Errorf("codes %v of what should go well:\n%s", a.codes, a.log.String())
	}
	for _, answer := range []*ossserver.Fault{
		{Status: 403, Code: "AccessDenied"},
		{Status: 403, Code: "SecurityTokenExpired"},
		{Status: 307, Header: map[string]string{"Location": "https://elsewhere.example.com/?x=y"}},
		{Status: 200, Header: map[string]string{"Content-Type": "text/html"}, Body: []byte("<html>Please log in</html>")},
	} {
		a.answer.Store(answer)
		a.everything()
	}
	a.answer.Store(nil)
	a.secret = strings.ReplaceAll(canarySecret, "0f", "x") // refused with all that the signature is made of
	a.everything()
	a.secret = canarySecret
	for _, code := range []int{exitDone, exitDenied, exitRemote} {
		if a.codes[code] == 0 {
			t.Errorf("no command ended with %d: %v", code, a.codes)
		}
	}
	a.write("keys", canaryID+" "+canarySecret+"\n")
	a.serve(os.Interrupt, "--keys", "keys")
	a.serve(syscall.SIGTERM, "--access-key-id", canaryID)
	a.serve(syscall.SIGQUIT, "--access-key-id", canaryID)
	a.search()
}

// The search finds what is there, however it is written and whatever is around it.
func TestX1_CanariesAreFound(t *testing.T) {
	for before := range 4 {
		text := strings.Repeat("a", before) + canarySecret + "b"
		for form, encoded := range map[string]string{
			"plain": text, "hex": hex.EncodeToString([]byte(text)), "query": url.QueryEscape(text), "path": url.PathEscape(text),
			"base64": base64.StdEncoding.EncodeToString([]byte(text)), "base64url": base64.RawURLEncoding.EncodeToString([]byte(text)),
		} {
			found := false
			for _, canary := range canaries(canarySecret) {
				found = found || len(canary) > 20 && strings.Contains(encoded, string(canary))
			}
			if !found {
				t.Errorf("%s after %d bytes is not found in %s", form, before, encoded)
			}
		}
	}
}
