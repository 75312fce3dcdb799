package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// throughDisk are the packages that come to the local disk by internal/disk alone.
var throughDisk = []string{"resumable", "apply", "internal/localfs", "internal/index", "internal/reconcile", "internal/credential", "internal/watch", "internal/eyes", "cmd/osssync", "internal/policy", "internal/doctor"}

// free are the functions of package os that touch no file by name or handle, and
// the methods of its files and roots that neither change nor tell anything.
var free = []string{
	"os.Exit", "os.Getenv", "os.Geteuid", "os.Getpid", "os.Hostname", "os.NewSyscallError", "os.SameFile", "os.UserCacheDir", "os.UserHomeDir",
	"(*os.File).Close", "(*os.File).Fd", "(*os.File).Name", "(*os.File).SyscallConn",
	"(*os.Root).Close", "(*os.Root).Name",
}

// terminal are the uses of the streams of a process, which are no files of ours.
var terminal = []string{"host.go: (*os.File).Write", "host.go: *os.File embedded", "main.go: *os.File as io.Reader"}

// each calls see with every function and method that s names, called or not, in
// the form "os.Open" or "(*os.File).Sync".
func (s *source) each(see func(at token.Position, function string)) {
	for id, object := range s.info.Uses {
		if f, ok := object.(*types.Func); ok {
			see(s.fset.Position(id.Pos()), f.FullName())
		}
	}
}

// escapes calls see with every file or root that s embeds, or passes on or keeps as
// an interface, by which its methods can be called unseen.
func (s *source) escapes(see func(at token.Position, how string)) {
	check := func(given ast.Expr, taken types.Type) {
		if of := s.info.TypeOf(given); taken != nil && types.IsInterface(taken) && onDisk(of) {
			see(s.fset.Position(given.Pos()), fmt.Sprintf("%s as %s", of, taken))
		}
	}
	visit := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			signature, _ := s.info.TypeOf(n.Fun).(*types.Signature)
			for i, arg := range n.Args {
				check(arg, parameter(signature, i))
			}
		case *ast.KeyValueExpr:
			check(n.Value, s.info.TypeOf(n.Key))
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if len(n.Lhs) == len(n.Rhs) {
					check(n.Rhs[i], s.info.TypeOf(left))
				}
			}
		case *ast.StructType:
			for _, field := range n.Fields.List {
				if of := s.info.TypeOf(field.Type); field.Names == nil && onDisk(of) {
					see(s.fset.Position(field.Pos()), of.String()+" embedded")
				}
			}
		}
		return true
	}
	for _, file := range s.files {
		ast.Inspect(file, visit)
	}
}

func onDisk(t types.Type) bool {
	return t != nil && (t.String() == "*os.File" || t.String() == "*os.Root")
}

// parameter is the type of the nth argument, nil for a conversion.
func parameter(s *types.Signature, n int) types.Type {
	if s == nil {
		return nil
	}
	last := s.Params().Len() - 1
	switch {
	case last < 0:
		return nil
	case s.Variadic() && n >= last:
		slice, ok := s.Params().At(last).Type().(*types.Slice)
		if !ok { // append([]byte, string...)
			return nil
		}
		return slice.Elem()
	}
	return s.Params().At(n).Type()
}

// bypasses calls see with every way on which s reaches the disk beside
// internal/disk.
func (s *source) bypasses(see func(at token.Position, how string)) {
	s.escapes(see)
	s.each(func(at token.Position, function string) {
		onOS := strings.HasPrefix(function, "os.") || strings.HasPrefix(function, "(*os.File).") || strings.HasPrefix(function, "(*os.Root).")
		if onOS && !slices.Contains(free, function) || strings.HasPrefix(function, "io/ioutil.") {
			see(at, function)
		}
	})
}

// What a run does on the local disk it does by internal/disk, so that each call
// can be failed, and the process ended around it.
func TestDiskCallsPassTheGate(t *testing.T) {
	for _, s := range readTypes(t).sources {
		if !slices.Contains(throughDisk, s.name) {
			continue
		}
		s.bypasses(func(at token.Position, how string) {
			if !slices.Contains(terminal, filepath.Base(at.Filename)+": "+how) {
				t.Errorf("%s: %s, which internal/disk does not see", at, how)
			}
		})
	}
}

func TestBypassesAreSeen(t *testing.T) {
	imports := readTypes(t).imports
	for _, tt := range []struct{ code, want string }{
		{`os.Rename("a", "b")`, "os.Rename"},
		{`move := os.Rename; _ = move`, "os.Rename"},
		{`_, _ = os.ReadFile("a")`, "os.ReadFile"},
		{`root.Remove("a")`, "(*os.Root).Remove"},
		{`remove := (*os.Root).Remove; _ = remove`, "(*os.Root).Remove"},
		{`f.Sync()`, "(*os.File).Sync"},
		{`io.ReadAll(f)`, "*os.File as io.Reader"},
		{`fmt.Fprintln(f, "a")`, "*os.File as io.Writer"},
		{`fmt.Println("a", f)`, "*os.File as any"},
		{`var r io.Reader; r = f; _ = r`, "*os.File as io.Reader"},
		{`_ = struct{ w io.Writer }{w: f}`, "*os.File as io.Writer"},
		{`_ = struct{ *os.Root }{root}`, "*os.Root embedded"},
		{`_, _, _ = f.Name(), f.Close(), os.Getenv("A")`, ""},
		{`_ = append([]byte("a"), "b"...)`, ""},
	} {
		fset := token.NewFileSet()
		text := "package p\nimport (\"fmt\"; \"io\"; \"os\")\nvar _ = fmt.Sprint; var _ io.Reader\nfunc p(root *os.Root, f *os.File) {" + tt.code + "}"
		f, err := parser.ParseFile(fset, "p.go", text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s := source{name: "p", files: []*ast.File{f}, fset: fset}
		if err := s.check(imports); err != nil {
			t.Fatal(err)
		}
		got := ""
		s.bypasses(func(_ token.Position, how string) { got += how })
		if got != tt.want {
			t.Errorf("%s: seen %q, want %q", tt.code, got, tt.want)
		}
	}
}

// Permissions and times are set on open files. By name they could be set on what
// took the name: os.Root checks a link before it acts, and too early.
func TestL18_AttributesByHandleOnly(t *testing.T) {
	refuse(t, "only an open file is known to be the one that is meant",
		"os.Chmod", "os.Chown", "os.Lchown", "os.Chtimes", "(*os.Root).Chmod", "(*os.Root).Chown", "(*os.Root).Lchown", "(*os.Root).Chtimes")
}

// The entries of a directory describe by path what they name, even if the
// directory was opened in a root: a link above leads that out of it.
func TestL19_EntriesAreLookedAtByName(t *testing.T) {
	refuse(t, "it looks outside the root; Lstat does not", "(io/fs.DirEntry).Info")
}

// refuse fails if any package names one of the functions.
func refuse(t *testing.T, why string, functions ...string) {
	t.Helper()
	for _, s := range readTypes(t).sources {
		s.each(func(at token.Position, function string) {
			if slices.Contains(functions, function) {
				t.Errorf("%s: %s: %s", at, function, why)
			}
		})
	}
}
