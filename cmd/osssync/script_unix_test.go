//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"osssync": main, "stubborn": stubborn})
}

// TestScripts runs the real program; each file of testdata/script is one topic.
func TestScripts(t *testing.T) {
	testscript.Run(t, scripts("testdata/script"))
}

// scripts returns how the scripts of a folder are run.
func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, ".state"))
			e.Setenv("GORACE", "atexit_sleep_ms=0") // the default is a second for each process
			e.Setenv("OSS_ACCESS_KEY_ID", localKeyID)
			e.Setenv("OSS_ACCESS_KEY_SECRET", localKeySecret)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"expand":    expand,
			"edit":      edit,
			"cutlast":   cutLast,
			"notutf8":   notUTF8,
			"fifo":      fifo,
			"files":     files,
			"server":    server,
			"htmlproxy": htmlProxy,
			"oldupload": oldUpload,
			"stuck":     stuck,
			"signal":    sendSignal,
			"zeros":     zeros,
			"store":     store,
			"watch":     watchCommand,
			"saved":     saved,
			"until":     until,
			"asks":      asks,
		},
	}
}

// exits runs a command and compares its exit code: exits CODE COMMAND [ARG]...
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// expand replaces $ENDPOINT in files.
func expand(ts *testscript.TestScript, _ bool, files []string) {
	for _, name := range files {
		rewrite(ts, name, func(text string) string { return strings.ReplaceAll(text, "$ENDPOINT", ts.Getenv("ENDPOINT")) })
	}
}

// edit replaces a text in a file, which must be there: edit FILE OLD NEW.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	rewrite(ts, args[0], func(text string) string {
		if !strings.Contains(text, args[1]) {
			ts.Fatalf("%s lacks %q", args[0], args[1])
		}
		return strings.ReplaceAll(text, args[1], args[2])
	})
}

// cutLast takes the last line from a file.
func cutLast(ts *testscript.TestScript, _ bool, args []string) {
	rewrite(ts, args[0], func(text string) string {
		return text[:strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n")+1]
	})
}

func rewrite(ts *testscript.TestScript, name string, change func(string) string) {
	text := change(ts.ReadFile(name))
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
}

// notUTF8 makes a file in a folder whose name is not UTF-8.
func notUTF8(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), "caf\xe9"), nil, 0o644))
}

func fifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}

// files writes many files: files DIR COUNT.
func files(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	for i := range n {
		name := filepath.Join(dir, "file"+strconv.Itoa(i))
		ts.Check(os.WriteFile(name, []byte(name), 0o644))
	}
}

// zeros makes a file: zeros FILE BYTES.
func zeros(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), make([]byte, n), 0o644))
}
