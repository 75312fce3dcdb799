//go:build unix

package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/osssync/osssync/spec"
)

const watchExamples = "../../examples/watch/"

func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(watchExamples + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// understood fails unless the command line is one.
func understood(t *testing.T, args ...string) {
	t.Helper()
	if code, _, stderr := call(t, append(args, "--help")...); code != exitDone {
		t.Errorf("%q: code %d: %s", args, code, stderr)
	}
	for _, a := range args { // --help comes before what is wrong with a flag
		if strings.HasPrefix(a, "--") {
			_, help, _ := call(t, args[0], "--help")
			if name, _, _ := strings.Cut(a, "="); !strings.Contains(help, name) {
				t.Errorf("%s has no flag %s", args[0], a)
			}
		}
	}
}

func TestWatchExamples_Unit(t *testing.T) {
	text := example(t, "osssync.service")
	_, rest, found := strings.Cut(text, "\nExecStart=/usr/local/bin/osssync ")
	if !found {
		t.Fatal("no ExecStart")
	}
	line, _, _ := strings.Cut(rest, "\n")
	understood(t, strings.Fields(line)...)

	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd here to ask")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "osssync.service")
	text = strings.ReplaceAll(text, "/usr/local/bin/osssync", program)
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestWatchExamples_Job reads the property list as XML: keys and values take turns.
func TestWatchExamples_Job(t *testing.T) {
	type element struct {
		XMLName  xml.Name
		Text     string    `xml:",chardata"`
		Elements []element `xml:",any"`
	}
	var list element
	if err := xml.Unmarshal([]byte(example(t, "com.github.osssync.plist")), &list); err != nil || list.XMLName.Local != "plist" || len(list.Elements) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	var args []string
	dict := list.Elements[0].Elements
	for i := 0; i+1 < len(dict); i += 2 {
		if dict[i].XMLName.Local != "key" {
			t.Errorf("%s where a key is due", dict[i].XMLName.Local)
		}
		if dict[i].Text == "ProgramArguments" {
			for _, e := range dict[i+1].Elements {
				args = append(args, e.Text)
			}
		}
	}
	if len(args) < 2 || args[0] != "/usr/local/bin/osssync" {
		t.Fatalf("%q", args)
	}
	understood(t, args[1:]...)
}

func TestWatchExamples_Kubernetes(t *testing.T) {
	kinds := map[string]bool{}
	decoder := yaml.NewDecoder(strings.NewReader(example(t, "kubernetes.yaml")))
	for {
		var document struct {
			Kind string
			Data map[string]string
			Rest map[string]any `yaml:",inline"`
		}
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kinds[document.Kind] = true
		if text, found := document.Data["osssync.yaml"]; found {
			if _, err := spec.Parse("osssync.yaml", "/etc/osssync", []byte(text)); err != nil {
				t.Error(err)
			}
		}
		lines(document.Rest, func(args []string) { understood(t, args...) })
	}
	for _, kind := range []string{"ConfigMap", "PersistentVolumeClaim", "Deployment", "CronJob"} {
		if !kinds[kind] {
			t.Errorf("no %s", kind)
		}
	}
}

// lines calls see with the command lines below a value: args, and commands without
// the program.
func lines(value any, see func([]string)) {
	switch v := value.(type) {
	case map[string]any:
		for name, below := range v {
			list, ok := below.([]any)
			if !ok || name != "args" && name != "command" {
				lines(below, see)
				continue
			}
			var args []string
			for _, a := range list {
				args = append(args, a.(string))
			}
			if name == "command" {
				args = args[1:]
			}
			see(args)
		}
	case []any:
		for _, below := range v {
			lines(below, see)
		}
	}
}

// TestWatchExamples_Image checks what there is to check without a builder: that the
// program is copied from where it was built, and understands its command line.
func TestWatchExamples_Image(t *testing.T) {
	text := example(t, "Dockerfile")
	if !strings.Contains(text, "-o /osssync ./cmd/osssync") || !strings.Contains(text, "COPY --from=build /osssync /osssync") {
		t.Error("the program is not what was built")
	}
	_, rest, found := strings.Cut(text, "\nCMD [")
	if !found {
		t.Fatal("no CMD")
	}
	line, _, _ := strings.Cut(rest, "]")
	var args []string
	for a := range strings.SplitSeq(line, ", ") {
		args = append(args, strings.Trim(a, `"`))
	}
	understood(t, args...)
}
