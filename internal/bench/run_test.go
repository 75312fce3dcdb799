package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/bench/nullserver"
)

// The bare client does its work; the tool that stands for osssync fails, and one that is
// not there is left out.
func TestRun(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("GORACE", "atexit_sleep_ms=0") // else each process waits for a second before it ends
	var out, progress bytes.Buffer
	o := Options{
		Dir: t.TempDir(), Osssync: self, Rows: []string{"upload-large", "download-large", "unchanged"},
		Tools: []string{"osssync", "bare", "mc"}, Rounds: 2, Scale: 1024,
	}
	if err := Run(t.Context(), o, &out, &progress); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"initiate 9 · part 9 · complete 9", "list 1 · get 9", "exit 7, see ", "exit 7 when it was primed, see ",
		"- osssync: osssync 0\n", "- mc: not on PATH, left out\n", "at a scale of 1:1024",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	if n := strings.Count(progress.String(), "upload-large, round "); n != 3 { // bare twice, the one that fails once
		t.Errorf("%d lines of progress:\n%s", n, &progress)
	}
	left, err := filepath.Glob(filepath.Join(o.Dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		base := filepath.Base(name)
		if !strings.HasPrefix(base, "large-1024") && !strings.HasPrefix(base, "small-1024") && !strings.HasSuffix(base, ".log") {
			t.Errorf("%s is left", base)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for name, o := range map[string]Options{
		"no folder": {Osssync: "x"}, "no program": {Dir: "x"},
		"row": {Dir: t.TempDir(), Osssync: "x", Rows: []string{"none"}}, "tool": {Dir: t.TempDir(), Osssync: "x", Tools: []string{"none"}},
	} {
		if err := Run(t.Context(), o, new(bytes.Buffer), new(bytes.Buffer)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLaunch(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	var out bytes.Buffer
	if err := Launch(t.Context(), &out, log, []string{self, "apply"}); err != nil {
		t.Fatal(err)
	}
	var m measure
	if err := json.Unmarshal(out.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	if m.Exit != 7 || m.Wall <= 0 || m.CPU <= 0 {
		t.Errorf("%+v", m)
	}
	if text, err := os.ReadFile(log); err != nil || string(text) != "not today\n" {
		t.Errorf("log %q, %v", text, err)
	}
	if err := Launch(t.Context(), &out, log, []string{filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a program that is not there: no error")
	}
}

func TestDifferences(t *testing.T) {
	want := []nullserver.Object{{Key: "www/a", Size: 1}, {Key: "www/b", Size: 2}, {Key: "www/d", Size: 4}}
	for name, tt := range map[string]struct {
		there []nullserver.Object
		want  string
	}{
		"all":      {want, ""},
		"missing":  {want[:2], "objects not as they should be: 1"},
		"first":    {want[1:], "objects not as they should be: 1"},
		"nothing":  {nil, "objects not as they should be: 3"},
		"one more": {[]nullserver.Object{want[0], want[1], {Key: "www/c"}, want[2]}, "objects not as they should be: 1"},
		"another":  {[]nullserver.Object{want[0], {Key: "www/b", Size: 2, CRC64: 1}, {Key: "www/d", Size: 5}}, "objects not as they should be: 2"},
	} {
		s := nullserver.New(bucket)
		s.Load(tt.there, "")
		if got := differentObjects(s, want); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "b"), []byte("xx"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := differentFiles(dir, want); got != "files not as they should be: 2" {
		t.Errorf("files: %q", got)
	}
}
