//go:build unix

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// wrongCase is one wrong input: what is wrong, and the command that meets it. The
// command changes nothing, neither in the tree nor in the bucket.
type wrongCase struct {
	name  string
	args  string // of osssync, separated by spaces
	wrong func(w *wrongWorld)
}

// TestWrongInput runs the real program with every wrong input and compares its
// exit code, stdout and stderr, word by word, with a golden file for each group.
func TestWrongInput(t *testing.T) {
	for group, cases := range wrongCases() {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for _, c := range cases {
				got.WriteString(runWrong(t, &c))
			}
			golden := filepath.Join("testdata", "wrong", group+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

// runWrong runs one case in a world of its own and returns what the golden file
// says of it.
func runWrong(t *testing.T, c *wrongCase) string {
	w := newWrongWorld(t)
	if c.wrong != nil {
		c.wrong(w)
	}
	before := w.files()
	w.forget()
	code, stdout, stderr := w.osssync(c.args)
	if diff := cmp.Diff(before, w.files()); diff != "" {
		t.Errorf("%s: the tree was changed (-before +after):\n%s", c.name, diff)
	}
	if changes := w.forget(); len(changes) > 0 {
		t.Errorf("%s: the bucket was changed: %q", c.name, changes)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "== %s\n$ osssync %s\nexit %d\n", c.name, c.args, code)
	for _, stream := range []struct{ name, text string }{{"stdout", stdout}, {"stderr", stderr}} {
		for line := range strings.Lines(w.constant(stream.text)) {
			fmt.Fprintf(&b, "%s: %s", stream.name, line)
		}
	}
	b.WriteString("\n")
	return b.String()
}

// changing are parts of messages that differ from run to run.
var changing = []struct {
	form *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| UTC)`), "$$TIME"},
	{regexp.MustCompile(`\b[0-9A-F]{24}\b`), "$$REQUEST"},
	{regexp.MustCompile(`\bpid \d+ on \S+`), "pid $$PID on $$HOST"},
	{regexp.MustCompile(`, \S+ ago, and is good`), ", $$AGE ago, and is good"},
	{regexp.MustCompile(`/my-bucket/\?[^"\\]*`), "/my-bucket/?$$QUERY"},
	{regexp.MustCompile(`site-[0-9a-f]{16}`), "site-$$STATE"},
	{regexp.MustCompile(`127\.0\.0\.1:\d{4,5}`), "127.0.0.1:$$PORT"},
}

// constant returns text as every run has it.
func (w *wrongWorld) constant(text string) string {
	text = strings.ReplaceAll(text, w.endpoint, "$ENDPOINT")
	text = strings.ReplaceAll(text, w.dir, "$WORK")
	for _, c := range changing {
		text = c.form.ReplaceAllString(text, c.name)
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += " (no line feed)\n"
	}
	return text
}
