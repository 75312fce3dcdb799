package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sources yields the files of the program, without those of its tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != "../.." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata"):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, filepath.Join("..", "..")+string(filepath.Separator)))
		files[name], err = parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		return err
	})
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// The program opens two doors, each when it is asked to: that of `serve`, and the
// status page of `watch`, which changes nothing. There is no listener for debugging
// or remote control to be left open. The null server of the benchmarks is no part of it.
func TestX10_Listeners(t *testing.T) {
	doors := []string{"net/http/pprof", "expvar", "net/rpc", "net/http/cgi", "net/http/fcgi"}
	var listeners []string
	for name, file := range sources(t) {
		for _, imported := range file.Imports {
			if path := strings.Trim(imported.Path.Value, `"`); slices.Contains(doors, path) {
				t.Errorf("%s imports %s", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(f.Sel.Name, "Listen") && !slices.Contains(listeners, name) {
				listeners = append(listeners, name)
			}
			return true
		})
	}
	slices.Sort(listeners)
	if want := []string{"cmd/osssync/serve.go", "cmd/osssync/statuspage.go", "internal/bench/run.go", "internal/eyes/listen.go"}; !slices.Equal(listeners, want) {
		t.Errorf("listeners in %q, want %q", listeners, want)
	}
}

// A Go before 1.26.5 has an os.Root that a name with a slash at its end leaves, and
// the module asks for none of what is not listed here.
func TestK17_X12_ToolchainAndModules(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	goes := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(text)
	if goes == nil || version.Compare("go"+string(goes[1]), "go1.26.5") < 0 {
		t.Errorf("go.mod asks for go %q, want 1.26.5 or newer", goes)
	}
	known := map[string]string{
		"github.com/alecthomas/kong":                   "command lines",
		"github.com/aliyun/alibabacloud-oss-go-sdk-v2": "single calls of the service",
		"github.com/bmatcuk/doublestar/v4":             "oracle of the patterns, in tests",
		"github.com/chromedp/cdproto":                  "protocol of the browser, in tests",
		"github.com/chromedp/chromedp":                 "browser, in tests",
		"github.com/dustin/go-humanize":                "sizes for people",
		"github.com/gofrs/flock":                       "locks of the kernel",
		"github.com/google/go-cmp":                     "differences, in tests",
		"github.com/mattn/go-runewidth":                "columns of names",
		"github.com/fsnotify/fsnotify":                 "what changes in a tree, for watch",
		"github.com/prometheus/client_golang":          "metrics",
		"github.com/prometheus/client_model":           "metrics as they are read, in tests",
		"github.com/prometheus/common":                 "metrics as they are read, in tests",
		"github.com/rogpeppe/go-internal":              "scripts, in tests",
		"github.com/santhosh-tekuri/jsonschema/v6":     "the JSON Schema of specs, in tests",
		"github.com/vbauerster/mpb/v8":                 "progress bars",
		"go.etcd.io/bbolt":                             "index and embedded store",
		"go.uber.org/goleak":                           "goroutines, in tests",
		"golang.org/x/sync":                            "groups of goroutines",
		"golang.org/x/sys":                             "system calls",
		"golang.org/x/term":                            "width of the terminal",
		"golang.org/x/time":                            "bandwidth",
		"gopkg.in/yaml.v3":                             "specs",
		"pgregory.net/rapid":                           "properties, in tests",
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllSubmatch(text, -1)
	if len(direct) == 0 {
		t.Fatal("no module in go.mod")
	}
	for _, module := range direct {
		if known[string(module[1])] == "" {
			t.Errorf("go.mod requires %s, and nobody wrote down what for", module[1])
		}
	}
}
