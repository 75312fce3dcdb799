//go:build failpoint

package disk

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScriptOf(t *testing.T) {
	for _, tt := range []struct{ text, err string }{
		{"rename:3:kill-before", ""},
		{"*:1+:EIO,write:2:short,sync:7:kill-after,read:1:kill-half", ""},
		{"rename", `OSSSYNC_FAILPOINT: "rename": not of the form OP:NTH:WHAT`},
		{":1:EIO", `OSSSYNC_FAILPOINT: ":1:EIO": not of the form OP:NTH:WHAT`},
		{"sync:0:EIO", `OSSSYNC_FAILPOINT: "sync:0:EIO": "0" is no count from 1`},
		{"sync:1-:EIO", `OSSSYNC_FAILPOINT: "sync:1-:EIO": "1-" is no count from 1`},
		{"sync:1:EWRONG", `OSSSYNC_FAILPOINT: "sync:1:EWRONG": nothing is named "EWRONG"`},
	} {
		gate, err := scriptOf(tt.text, "")
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.err || (gate == nil) != (err != nil) {
			t.Errorf("%q: %v, %q, want %q", tt.text, gate, got, tt.err)
		}
	}
	if gate, err := scriptOf("", ""); gate != nil || err != nil {
		t.Errorf("nothing asked for: %v, %v", gate, err)
	}
	if _, err := scriptOf("", filepath.Join(t.TempDir(), "no", "list")); err == nil {
		t.Error("a list in no directory")
	}
}

func FuzzScriptOf(f *testing.F) {
	f.Add("rename:3:kill-before")
	f.Add("*:1+:EIO,write:2:short")
	f.Add("a:b:c:d")
	f.Fuzz(func(t *testing.T, text string) {
		gate, err := scriptOf(text, "")
		if err != nil || gate == nil {
			return
		}
		for _, p := range gate.(*script).points {
			if p.nth < 1 || p.op == "" || !p.meets(&Call{Op: p.op, Nth: p.nth, Seq: p.nth}) || p.meets(&Call{Op: p.op, Nth: p.nth - 1, Seq: p.nth - 1}) {
				t.Errorf("%q: point %+v", text, p)
			}
		}
	})
}

// A child process renames "f" three times, writes, and says that it lives.
func TestChild(t *testing.T) {
	dir := os.Getenv("OSSSYNC_TEST_DIR")
	if dir == "" {
		t.Skip("of another test")
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	var failures []error
	for i := range 3 {
		failures = append(failures, RenamePath(path("f"+strconv.Itoa(i)), path("f"+strconv.Itoa(i+1))))
	}
	failures = append(failures, WriteFile(path("text"), []byte("0123456789"), 0o600))
	if err := errors.Join(failures...); err != nil {
		os.WriteFile(path("errors"), []byte(err.Error()), 0o600)
	}
	os.WriteFile(path("alive"), nil, 0o600)
}

func TestScriptOfAProcess(t *testing.T) {
	for _, tt := range []struct {
		script, list string
		code         int // -1: killed
		want         []string
	}{
		{"rename:2:kill-before", "rename rename", -1, []string{"f1"}},
		{"rename:2:kill-after", "rename rename", -1, []string{"f2"}},
		{"*:3:kill-after", "rename rename rename", -1, []string{"f3"}},
		{"write:1:kill-half", "rename rename rename create write", -1, []string{"f3", "text 01234"}},
		{"rename:1:kill-half", "rename", -1, []string{"f0"}},
		{"write:1:short", "rename rename rename create write close", 0, []string{"alive", "errors", "f3", "text 01234"}},
		{"rename:3+:EXDEV,create:1:ENOSPC", "rename rename rename create", 0, []string{"alive", "errors", "f2"}},
		{"", "rename rename rename create write close", 0, []string{"alive", "f3", "text 0123456789"}},
		{"rename", "", 2, []string{"f0"}},
	} {
		t.Run(tt.script, func(t *testing.T) {
			dir, list := t.TempDir(), filepath.Join(t.TempDir(), "list")
			if err := os.WriteFile(filepath.Join(dir, "f0"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
			cmd.Env = append(os.Environ(), "OSSSYNC_TEST_DIR="+dir, scriptVariable+"="+tt.script, listVariable+"="+list)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if code := cmd.ProcessState.ExitCode(); code != tt.code && runtime.GOOS != "windows" {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, out)
			}
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && (tt.code == -1) != status.Signaled() {
				t.Errorf("state %v", cmd.ProcessState)
			}
			if diff := cmp.Diff(tt.want, left(t, dir)); diff != "" {
				t.Errorf("left -want +got:\n%s", diff)
			}
			if got := strings.Join(listed(t, list, dir), " "); got != tt.list {
				t.Errorf("listed %q, want %q", got, tt.list)
			}
		})
	}
}

// left gives the names in dir, with the content of "text".
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if name == "text" {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			name += " " + string(text)
		}
		names = append(names, name)
	}
	return names
}

// listed gives the kinds of the calls in a list, of which all are in dir.
func listed(t *testing.T, list, dir string) (ops []string) {
	t.Helper()
	text, err := os.ReadFile(list)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		for _, quoted := range fields[1:] {
			if path, err := strconv.Unquote(quoted); err != nil || filepath.Dir(path) != dir {
				t.Errorf("line %q: %v", line, err)
			}
		}
		ops = append(ops, fields[0])
	}
	return ops
}
