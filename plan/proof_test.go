package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// source is the code of this package, without tests and with its types. What it
// imports is not looked at.
type source struct {
	files []*ast.File
	info  types.Info
	pkg   *types.Package
}

type emptyImports struct{}

func (emptyImports) Import(p string) (*types.Package, error) {
	pkg := types.NewPackage(p, path.Base(p))
	pkg.MarkComplete()
	return pkg, nil
}

func readSource(t *testing.T) *source {
	t.Helper()
	set := token.NewFileSet()
	s := &source{info: types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, f)
	}
	conf := types.Config{Importer: emptyImports{}, Error: func(error) {}} // of what is imported nothing is known
	s.pkg, _ = conf.Check("plan", set, s.files, &s.info)
	return s
}

// functions returns the names of the top-level declarations in which a node is found.
func (s *source) functions(found func(n ast.Node) bool) []string {
	names := map[string]bool{}
	for _, f := range s.files {
		for _, decl := range f.Decls {
			name := "a variable"
			if function, ok := decl.(*ast.FuncDecl); ok {
				name = function.Name.Name
			}
			ast.Inspect(decl, func(n ast.Node) bool {
				if n != nil && found(n) {
					names[name] = true
				}
				return true
			})
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// named reports whether t is the type name of this package, or a pointer to it.
func (s *source) named(t types.Type, name string) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := t.(*types.Named)
	return ok && n.Obj().Pkg() == s.pkg && n.Obj().Name() == name
}

// makes reports a composite literal of the type name, with fields if it is one.
func (s *source) makes(n ast.Node, name string) (fields []ast.Expr, ok bool) {
	literal, ok := n.(*ast.CompositeLit)
	if !ok || !s.named(s.info.Types[literal].Type, name) {
		return nil, false
	}
	return literal.Elts, true
}

// A delete is due only where the other side is proved to be absent, and a plan is
// one only if both sides were seen to their ends. This test reads the source: no
// code but that of Align, and of the reader of plan files, which takes nothing but
// what was sealed with a proof, can say either.
func TestD1_D31_AbsenceIsProved(t *testing.T) {
	s := readSource(t)
	t.Run("the zero value knows nothing", func(t *testing.T) {
		if state := (State{}); state.LocalIs != Unknown || state.RemoteIs != Unknown || new(Proof).Whole() {
			t.Errorf("%+v", state)
		}
	})
	t.Run("only Align says Absent", func(t *testing.T) {
		comparing := map[*ast.Ident]bool{}
		s.functions(func(n ast.Node) bool {
			var operands []ast.Expr
			switch n := n.(type) {
			case *ast.BinaryExpr:
				operands = []ast.Expr{n.X, n.Y}
			case *ast.CaseClause:
				operands = n.List
			}
			for _, x := range operands {
				if id, ok := x.(*ast.Ident); ok {
					comparing[id] = true
				}
			}
			return false
		})
		absent := s.pkg.Scope().Lookup("Absent")
		got := s.functions(func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			return ok && s.info.Uses[id] == absent && !comparing[id]
		})
		if diff := cmp.Diff([]string{"step"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("only the ends of both sequences make a Proof whole", func(t *testing.T) {
		got := s.functions(func(n ast.Node) bool {
			if fields, ok := s.makes(n, "Proof"); ok && len(fields) > 0 {
				return true
			}
			assign, ok := n.(*ast.AssignStmt)
			return ok && slices.ContainsFunc(assign.Lhs, func(x ast.Expr) bool {
				sel, ok := x.(*ast.SelectorExpr)
				return ok && (sel.Sel.Name == "local" || sel.Sel.Name == "remote") && s.info.Selections[sel] != nil &&
					s.named(s.info.Selections[sel].Recv(), "Proof")
			})
		})
		if diff := cmp.Diff([]string{"Align", "finish"}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("no exported function hands out a Proof or makes a Section", func(t *testing.T) {
		if diff := cmp.Diff([]string{"File.Section"}, s.handOut("Proof", "Section")); diff != "" {
			t.Error(diff) // a Section is found in a File, and a File is what ReadFile has checked
		}
	})
	t.Run("deletes are made where absence was looked at", func(t *testing.T) {
		for _, name := range []string{"DeleteRemote", "DeleteLocal"} {
			got := s.functions(func(n ast.Node) bool { _, ok := s.makes(n, name); return ok })
			if diff := cmp.Diff([]string{"build", "extra"}, got); diff != "" { // build: of rows read
				t.Errorf("%s: %s", name, diff)
			}
		}
		for _, file := range moduleFiles(t) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "plan.DeleteRemote{") || strings.Contains(string(text), "plan.DeleteLocal{") {
				t.Errorf("%s makes a delete", file)
			}
		}
	})
}

// handOut returns the exported functions and methods with a result of one of the
// types.
func (s *source) handOut(names ...string) []string {
	var found []string
	look := func(name string, f *types.Func) {
		results := f.Signature().Results()
		for i := range results.Len() {
			if slices.ContainsFunc(names, func(n string) bool { return s.named(results.At(i).Type(), n) }) {
				found = append(found, name)
			}
		}
	}
	for _, name := range s.pkg.Scope().Names() {
		switch object := s.pkg.Scope().Lookup(name).(type) {
		case *types.Func:
			if object.Exported() {
				look(name, object)
			}
		case *types.TypeName:
			methods := types.NewMethodSet(types.NewPointer(object.Type()))
			for i := range methods.Len() {
				if f, ok := methods.At(i).Obj().(*types.Func); ok && f.Exported() {
					look(name+"."+f.Name(), f)
				}
			}
		}
	}
	return found
}

// moduleFiles returns the source of all packages, without tests.
func moduleFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("..", func(name string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			files = append(files, name)
		}
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}
