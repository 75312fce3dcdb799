package safety

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// proof is one test of a row.
type proof struct {
	Package string // path below the module
	Test    string // as go test -run takes it, but for the spaces in the names of subtests
	Tag     string // build tag without which the test is not compiled, or ""
}

func (p proof) compare(o proof) int {
	return cmp.Or(strings.Compare(p.Package, o.Package), strings.Compare(p.Test, o.Test))
}

var (
	testName    = regexp.MustCompile(`^(?:Test|Fuzz)((?:[A-Z]\d+_)+)`)
	subtestName = regexp.MustCompile(`^([A-Z]\d+)[ _]`)
	chapterIDs  = regexp.MustCompile(`[DKPLMISCYXRW]\d+`)
)

// collect finds the proofs of all rows in the tests of a module, by the ids in their
// names. Nothing is compiled or run.
func collect(module fs.FS) (map[string][]proof, error) {
	proofs := map[string][]proof{}
	err := fs.WalkDir(module, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || len(entry.Name()) > 1 && entry.Name()[0] == '.') {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, "_test.go") {
			return nil
		}
		return collectFile(module, file, proofs)
	})
	for _, tests := range proofs {
		slices.SortFunc(tests, proof.compare)
	}
	return proofs, err
}

func collectFile(module fs.FS, file string, proofs map[string][]proof) error {
	text, err := fs.ReadFile(module, file)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p := proof{Package: path.Dir(file), Tag: neededTag(parsed)}
	for _, decl := range parsed.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Recv != nil {
			continue
		}
		p.Test = function.Name.Name
		if m := testName.FindStringSubmatch(p.Test); m != nil {
			for _, id := range chapterIDs.FindAllString(m[1], -1) {
				proofs[id] = append(proofs[id], p)
			}
		}
		for name := range subtests(function) {
			m := subtestName.FindStringSubmatch(name)
			if m == nil || !chapterIDs.MatchString(m[1]) {
				continue
			}
			p.Test = function.Name.Name + "/" + name
			proofs[m[1]] = append(proofs[m[1]], p)
		}
	}
	return nil
}

// subtests yields the names that stand as literals in calls of a method Run.
func subtests(function *ast.FuncDecl) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		ast.Inspect(function, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			if method, ok := call.Fun.(*ast.SelectorExpr); !ok || method.Sel.Name != "Run" {
				return true
			}
			literal, ok := call.Args[0].(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			name, err := strconv.Unquote(literal.Value)
			return err != nil || yield(name)
		})
	}
}

// neededTag returns the build tag that a file is only compiled with, of those that
// are no platform.
func neededTag(file *ast.File) string {
	const tag = "failpoint"
	for _, group := range file.Comments {
		for _, comment := range group.List {
			expr, err := constraint.Parse(comment.Text)
			if err != nil || comment.Pos() > file.Package {
				continue
			}
			linux := func(t string) bool { return t != "windows" && t != "darwin" }
			if expr.Eval(linux) && !expr.Eval(func(t string) bool { return t != tag && linux(t) }) {
				return tag
			}
		}
	}
	return ""
}

// checkProofs reports rows that nothing proves and proofs of rows that do not exist.
func checkProofs(rows []row, proofs map[string][]proof) error {
	var faults []error
	known := map[string]bool{}
	for _, r := range rows {
		known[r.ID] = true
		if len(proofs[r.ID]) == 0 && r.Limit == "" {
			faults = append(faults, fmt.Errorf("row %s (%s) without a test, and no limit", r.ID, r.Hazard))
		}
	}
	for id, tests := range proofs {
		if !known[id] {
			faults = append(faults, fmt.Errorf("test %s of package %s of a row %s, which does not exist", tests[0].Test, tests[0].Package, id))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}
