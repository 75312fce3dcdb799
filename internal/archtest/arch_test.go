// Package archtest checks the structure of the module: which package may import
// which, and what may stand at the top level.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/osssync/osssync"

// allowed is the import table of docs/DESIGN.md: for each package the packages of
// the house it may import, and why not the others.
var allowed = map[string]struct {
	imports []string
	why     string
}{
	"spec":      {nil, "the wish knows nothing of how it comes true"},
	"iter":      {nil, "for other people's programs"},
	"resumable": {[]string{"iter", "internal/disk", "internal/ecma"}, "for other people's programs"},
	"plan":      {[]string{"spec", "iter"}, "deciding is pure"},
	"apply":     {[]string{"plan", "spec", "iter", "resumable", "internal/disk", "internal/localfs", "internal/fault"}, "doing knows no state and no views"},

	"internal/disk":       {nil, "the door to the disk, whoever goes through"},
	"internal/localfs":    {[]string{"internal/disk", "internal/ecma"}, "the tree knows nothing of buckets"},
	"internal/ecma":       {nil, "a checksum, whatever it is of"},
	"internal/credential": {[]string{"internal/disk"}, "finds keys and hides them, whatever they are for"},
	"internal/completion": {nil, "knows a command line by its model alone"},
	"internal/manual":     {nil, "knows a command line by its model alone"},

	"internal/ossserver": {[]string{"internal/credential"}, "what one side of the wire gets wrong the other must notice"},
	"internal/fault":     {[]string{"iter", "resumable", "internal/localfs", "internal/credential"}, "sorts errors, makes none"},
	"internal/index":     {[]string{"plan", "internal/disk"}, "holds rows, decides nothing"},
	"internal/listing":   {[]string{"iter"}, "lists, whatever the objects are compared with"},
	"internal/ossclient": {[]string{"spec", "internal/credential"}, "a client, whatever it is used for"},
	"internal/policy":    {[]string{"spec", "internal/disk"}, "judges specs, whatever they are for"},
	"internal/doctor":    {[]string{"spec", "internal/disk", "internal/fault", "internal/credential", "internal/reconcile"}, "looks, and has no view"},
	"internal/ui":        {[]string{"plan", "apply", "spec", "internal/fault"}, "views have no effects"},
	"internal/reconcile": {[]string{
		"spec", "plan", "apply", "iter", "resumable",
		"internal/disk", "internal/ecma", "internal/localfs", "internal/fault", "internal/index", "internal/listing", "internal/ossclient", "internal/ossserver",
	}, "joins the stages and has no view"},
	"internal/watch": {[]string{
		"spec", "plan", "apply", "resumable", "internal/disk", "internal/localfs", "internal/fault", "internal/index", "internal/reconcile",
	}, "says when; what a pass does it is told"},
	"internal/eyes": {[]string{"internal/disk", "internal/ossclient", "internal/ui", "internal/watch"}, "looks, and does nothing"},
	"cmd/osssync": {[]string{
		"spec", "plan", "apply", "iter", "resumable",
		"internal/disk", "internal/localfs", "internal/fault", "internal/credential", "internal/index", "internal/ossclient", "internal/ossserver", "internal/ui", "internal/reconcile", "internal/watch", "internal/eyes", "internal/policy", "internal/doctor",
		"internal/completion", "internal/manual",
	}, "wires everything"},
	"internal/chaos": {[]string{
		"spec", "plan", "apply", "iter", "resumable",
		"internal/disk", "internal/localfs", "internal/fault", "internal/index", "internal/ossclient", "internal/ossserver", "internal/reconcile",
	}, "breaks everything, for tests alone"},
	"internal/chaos/ground":     {nil, "for tests alone"},
	"internal/chaos/stage":      {[]string{"spec", "plan", "internal/localfs", "internal/ossclient", "internal/ossserver", "internal/reconcile"}, "sets up and judges, and breaks nothing"},
	"internal/chaos/crash":      {[]string{"internal/chaos/stage", "internal/ossserver"}, "kills the program, of which it knows the command line alone"},
	"internal/chaos/powerloss":  {[]string{"internal/chaos/stage", "plan", "resumable", "internal/disk", "internal/index", "internal/ossserver"}, "knows what is on the disk"},
	"internal/chaos/resources":  {nil, "tests alone"},
	"internal/chaos/races":      {nil, "tests alone"},
	"internal/bench":            {[]string{"internal/bench/nullserver"}, "drives programs by their command lines, ours like the others"},
	"internal/bench/nullserver": {nil, "a yardstick is made of nothing that it measures"},
	"internal/bench/peers":      {[]string{"internal/bench"}, "settings of the benchmarks"},
	"internal/archtest":         {nil, "looks at source only"},
	"internal/safety":           {nil, "reads the tests, runs none"},
	"internal/sabotage":         {nil, "patches source, and runs its tests as anybody would"},
}

// forbidden are imports from outside the house that a package must not have.
var forbidden = map[string][]string{
	"plan":               {"os", "net", "net/http", "context", "sync", "math/rand", "math/rand/v2", "crypto/rand"},
	"internal/ossserver": {"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		rule, ok := allowed[name]
		if !ok {
			t.Errorf("package %s is not in the import table", name)
			continue
		}
		for _, imported := range p.Imports {
			inside, ours := strings.CutPrefix(imported, module+"/")
			if ours && !slices.Contains(rule.imports, inside) {
				t.Errorf("%s imports %s, which it may not: %s", name, inside, rule.why)
			}
			if slices.Contains(forbidden[name], imported) {
				t.Errorf("%s imports %s, which it may not: %s", name, imported, rule.why)
			}
		}
	}
}

func TestTopLevel(t *testing.T) {
	known := []string{
		"go.mod", "go.sum", "cmd", "spec", "plan", "apply", "iter", "resumable", "examples", "Makefile",
		"internal", "docs", "README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "CONTRIBUTING.md",
		"bin", // made by the build, not tracked
	}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(known, e.Name()) {
			t.Errorf("%s stands at the top level", e.Name())
		}
	}
}
