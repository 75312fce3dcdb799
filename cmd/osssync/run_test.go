package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/credential"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
	"runtime"
)

// call runs a command line in this process.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), args, &host{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		getenv: func(string) string { return "" }, now: time.Now,
	})
	return code, out.String(), errs.String()
}

func TestHelpNamesExitCodes(t *testing.T) {
	code, help, _ := call(t, "--help")
	if code != exitDone {
		t.Fatalf("code %d", code)
	}
	for _, name := range []string{
		"init", "validate", "plan", "show", "apply", "watch", "status", "ls", "put", "get", "uploads", "doctor", "serve", "version", "schema", "completion",
	} {
		if !strings.Contains(help, "\n  "+name+" ") {
			t.Errorf("help lacks %q:\n%s", name, help)
		}
		code, help, stderr := call(t, name, "--help")
		if code != exitDone || stderr != "" || !strings.Contains(help, "Exit codes: 0 ") {
			t.Errorf("help of %s: code %d, stderr %q:\n%s", name, code, stderr, help)
		}
	}
}

func TestSchemaURL(t *testing.T) {
	for version, want := range map[string]string{
		"v1.20.3": "v1.20.3", "": "main", "devel": "main", "v1.2.3-4-gabcdef0": "main", "v1.2.3-dirty": "main", "v0.0.0-20260101000000-abcdef012345": "main",
	} {
		if got := schemaURL(version); !strings.HasSuffix(got, "/osssync/"+want+"/docs/osssync.schema.json") {
			t.Errorf("%q: %s", version, got)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"frobnicate"}, {"plan", "--nosuch"}, {"put", "file"}, {"serve"}, {"plan", "--color", "pink"}} {
		code, stdout, stderr := call(t, args...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, "--help") {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

func TestTell(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"plain", errors.New("no luck"), "osssync: no luck\n"},
		{"hostile", errors.New("a\x1b[2J\nb"), "osssync: a\\x1b[2J\n  b\n"},
		{"guard", &plan.GuardError{Mapping: "m", Trips: []plan.Trip{{Fact: "f", Hint: "h"}}},
			"osssync: mapping \"m\" stopped by a guard: f\n  hint: nothing was changed\n  hint: h\n"},
		{"setup", &reconcile.SetupError{Mapping: "m", Fact: "f", Hint: "h"}, "osssync: mapping \"m\": f\n  hint: h\n"},
		{"spec", spec.Errors{{File: "s.yaml", Line: 2, Column: 3, Field: "version", What: "missing"}}, "s.yaml:2:3: version: missing\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			(&teller{w: &b}).tell(tt.err)
			if b.String() != tt.want {
				t.Errorf("got %q, want %q", b.String(), tt.want)
			}
		})
	}
}

func TestTellNotice(t *testing.T) {
	n := reconcile.Notice{Fact: "locks mean\x1bnothing", Hint: "choose"}
	for json, want := range map[bool]string{
		false: "osssync: note: locks mean\\x1bnothing\n  hint: choose\n",
		true:  `{"format":1,"op":"notice","notice":"locks mean\u001bnothing","hints":["choose"]}` + "\n",
	} {
		var b strings.Builder
		w := &work{env: &env{teller: teller{w: &b, json: json}}, noted: map[reconcile.Notice]bool{}}
		for range 2 {
			w.note(&reconcile.Plan{Notices: []reconcile.Notice{n, n}})
		}
		if b.String() != want {
			t.Errorf("got %q, want %q", b.String(), want)
		}
	}
}

func TestConfirm(t *testing.T) {
	tests := []struct {
		answer string
		want   error
	}{
		{"yes\n", nil},
		{" yes \n", nil},
		{"yes", nil},
		{"y\n", errDeclined},
		{"YES\n", errDeclined},
		{"\n", errDeclined},
		{"", errDeclined},
	}
	for _, tt := range tests {
		var out, errs strings.Builder
		e := &env{host: &host{stdin: strings.NewReader(tt.answer), stdout: &out, stderr: &errs}}
		if err := e.confirm(t.Context(), "Do this?"); !errors.Is(err, tt.want) {
			t.Errorf("answer %q: %v, want %v", tt.answer, err, tt.want)
		}
		if got := strings.TrimSuffix(errs.String(), "\n"); out.Len() > 0 || got != "\nDo this? Only \"yes\" goes on: " {
			t.Errorf("question %q on stderr, %q on stdout", got, out.String())
		}
		if echoed, added := strings.HasSuffix(tt.answer, "\n"), strings.HasSuffix(errs.String(), "\n"); echoed == added {
			t.Errorf("answer %q: line feed added: %v", tt.answer, added)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestConfirmEndsWithTheContext(t *testing.T) {
	in, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer w.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	var asked strings.Builder
	e := &env{host: &host{stdin: in, stderr: writerFunc(func(b []byte) (int, error) {
		cancel(&interrupt{os.Interrupt})
		return asked.Write(b)
	})}}
	for range 2 { // while the question stands, and before it
		if err := e.confirm(ctx, "?"); exitCode(err) != exitInterrupted {
			t.Errorf("%v, want the interrupt", err)
		}
	}
	if n := strings.Count(asked.String(), "?"); n != 1 {
		t.Errorf("asked %d times, want once: %q", n, asked.String())
	}
}

func TestParseAge(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
	}{
		{"7d", 7 * day}, {"0d", 0}, {"12h", 12 * time.Hour}, {"1h30m", 90 * time.Minute},
		{"106751d", 106751 * day},
		{"106752d", -1}, {"-1h", -1}, {"-1d", -1}, {"1.5d", -1}, {"d", -1}, {"", -1}, {"soon", -1}, {"7", -1},
	}
	for _, tt := range tests {
		got, err := parseAge(tt.text)
		if err != nil {
			got = -1
		}
		if got != tt.want {
			t.Errorf("parseAge(%q) = %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
}

func TestParseObject(t *testing.T) {
	tests := []struct{ text, base, want string }{
		{"oss://bucket/key", "f", "oss://bucket/key"},
		{"oss://bucket/a/", "f", "oss://bucket/a/f"},
		{"oss://bucket/", "f", "oss://bucket/f"},
		{"oss://bucket", "f", "oss://bucket/f"},
		{"oss://bucket/a//b?c", "f", "oss://bucket/a//b?c"},
		{"oss://bucket/", "", ""},
		{"oss://bucket/a/", "", ""},
		{"oss:///key", "f", ""},
		{"s3://bucket/key", "f", ""},
		{"bucket/key", "f", ""},
		{"oss://bucket/a/../b", "f", ""},
		{"oss://bucket/./b", "f", ""},
		{"oss://bucket/../", "f", ""},
		{"oss://bucket/a/", "..", ""},
		{"oss://bucket/", ".", ""},
		{"oss://bucket/..a/b.../.c", "f", "oss://bucket/..a/b.../.c"},
	}
	for _, tt := range tests {
		a, err := parseObject(tt.text, tt.base)
		got := a.String()
		if err != nil {
			got = ""
		}
		if got != tt.want {
			t.Errorf("parseObject(%q, %q) = %q, %v, want %q", tt.text, tt.base, got, err, tt.want)
		}
	}
}

func TestGetTarget(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		cmd  getCmd
		key  string
		want string // "": refused
	}{
		{getCmd{To: "file"}, "a/..", "file"},
		{getCmd{To: dir}, "a/b", filepath.Join(dir, "b")},
		{getCmd{To: dir}, "a/there", ""},
		{getCmd{To: there}, "a/b", ""},
		{getCmd{To: there, Force: true}, "a/b", there},
		{getCmd{To: dir}, "a/..", ""},
		{getCmd{To: dir}, "..", ""},
		{getCmd{To: dir}, "a/.", ""},
	}
	for _, tt := range tests {
		got, err := tt.cmd.target(tt.key)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("target of %q at %q: %q, %v, want %q", tt.key, tt.cmd.To, got, err, tt.want)
		}
	}
}

func TestServeAtABusyAddress(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	code, stdout, stderr := call(t, "serve", "--dir", t.TempDir(), "--addr", busy.Addr().String())
	if code != exitFailed || stdout != "" || !strings.HasSuffix(stderr, "\n  hint: choose another --addr\n") {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// TestServeLog: without --log the requests go unlogged, not what went wrong.
func TestServeLog(t *testing.T) {
	for _, all := range []bool{false, true} {
		var stderr strings.Builder
		log := (&serveCmd{Log: all}).logger(&stderr)
		log.Info("request")
		log.Warn("answer broken off")
		if got := stderr.Len() > 0; got != all {
			t.Errorf("--log %v: %q", all, stderr.String())
		}
		log.Error("request failed")
		if !strings.Contains(stderr.String(), "level=ERROR msg=\"request failed\"") {
			t.Errorf("--log %v: %q", all, stderr.String())
		}
	}
}

// TestServeDamaged: a folder that cannot be served is named, without a dump.
func TestServeDamaged(t *testing.T) {
	dir := t.TempDir()
	database := filepath.Join(dir, "names.db")
	if err := os.WriteFile(database, make([]byte, 1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := call(t, "serve", "--dir", dir, "--addr", "127.0.0.1:0")
	if code != exitDisk || stdout != "" || !strings.Contains(stderr, dir) || !strings.Contains(stderr, "names.db: damaged database") || strings.Contains(stderr, "goroutine") {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestServeEndpoint(t *testing.T) {
	for _, endpoint := range []string{"http://nas.lan", "nas.lan/", "nas lan"} {
		code, _, stderr := call(t, "serve", "--dir", t.TempDir(), "--addr", "127.0.0.1:0", "--endpoint", endpoint)
		if code != exitUsage || !strings.Contains(stderr, "want a host, or host:port") {
			t.Errorf("%q: code %d, stderr %q", endpoint, code, stderr)
		}
	}
}

func TestServeKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte("# two\ni s\nj t u\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := os.WriteFile(open, []byte("i s\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		cmd    serveCmd
		secret string // in the environment
		ok     bool
	}{
		{"default", serveCmd{Addr: "127.0.0.1:9000"}, "", true},
		{"default by name", serveCmd{Addr: "localhost:9000"}, "", true},
		{"default on IPv6 loopback", serveCmd{Addr: "[::1]:0"}, "", true},
		{"default for all", serveCmd{Addr: ":9000"}, "", false},
		{"default for others", serveCmd{Addr: "192.0.2.1:9000"}, "", false},
		{"default for a host name", serveCmd{Addr: "example.com:9000"}, "", false},
		{"no port", serveCmd{Addr: "127.0.0.1"}, "", false},
		{"own keys for all", serveCmd{Addr: ":9000", AccessKeyID: "i", AccessKeySecret: credential.New("s")}, "", true},
		{"own keys, secret in the environment", serveCmd{Addr: ":9000", AccessKeyID: "i"}, "s", true},
		{"id alone", serveCmd{Addr: "127.0.0.1:9000", AccessKeyID: "i"}, "", false},
		{"secret alone", serveCmd{Addr: "127.0.0.1:9000"}, "s", false},
		{"a file, for all", serveCmd{Addr: ":9000", Keys: file}, "", true},
		{"a file and an id", serveCmd{Addr: ":9000", Keys: file, AccessKeyID: "i"}, "", false},
		{"a file that is missing", serveCmd{Addr: ":9000", Keys: file + "-"}, "", false},
		{"a file that others can read", serveCmd{Addr: ":9000", Keys: open}, "", runtime.GOOS == "windows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, tokens, err := tt.cmd.keys(func(name string) string {
				if name == "OSSSYNC_ACCESS_KEY_SECRET" {
					return tt.secret
				}
				return ""
			})
			if (err == nil) != tt.ok || tt.ok != (len(keys) > 0) {
				t.Errorf("keys %q, %v; want ok %v", keys, err, tt.ok)
			}
			if tt.cmd.Keys == file && tt.ok && (len(keys) != 2 || keys["j"] != "t" || len(tokens) != 1 || tokens["j"] != "u") {
				t.Errorf("keys %q, tokens %q", keys, tokens)
			}
		})
	}
}
