package disk

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Both builds have the same functions, but for those of the gate itself; and the
// tests know them all.
func TestBuildsAgree(t *testing.T) {
	normal, gated := signatures(t, "root.go", "file.go", "path.go"), signatures(t, "root_failpoint.go", "file_failpoint.go", "path_failpoint.go")
	if diff := cmp.Diff(normal, gated); diff != "" {
		t.Errorf("-normal +failpoint:\n%s", diff)
	}
	for name := range normal {
		if !slices.ContainsFunc(deeds, func(d deed) bool { return d.function == name }) {
			t.Errorf("no test of %s", name)
		}
	}
}

// signatures are the exported functions of files of this package.
func signatures(t *testing.T, files ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, file := range files {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.FromSlash(file), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range f.Decls {
			function, ok := declared.(*ast.FuncDecl)
			if !ok || !function.Name.IsExported() || function.Recv != nil {
				continue
			}
			var text bytes.Buffer
			if err := printer.Fprint(&text, fset, function.Type); err != nil {
				t.Fatal(err)
			}
			all[function.Name.Name] = text.String()
		}
	}
	return all
}
