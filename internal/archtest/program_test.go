package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// source is a package with its types, as built for the system that runs the test.
type source struct {
	name  string // below the module
	files []*ast.File
	fset  *token.FileSet
	info  *types.Info
}

// program is all packages of the program, read once. Their types come from the
// export data that the compiler made of what they import.
type program struct {
	sources []source
	imports types.Importer
}

var theProgram = sync.OnceValues(readProgram)

func readProgram() (*program, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export", "./cmd/osssync")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	type built struct {
		ImportPath, Dir, Export string
		GoFiles                 []string
	}
	exports := map[string]string{}
	var ours []built
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p built
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath, module+"/") {
			ours = append(ours, p)
		}
	}
	fset := token.NewFileSet()
	all := &program{imports: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	for _, p := range ours {
		s := source{name: strings.TrimPrefix(p.ImportPath, module+"/"), fset: fset}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			s.files = append(s.files, f)
		}
		if err := s.check(all.imports); err != nil {
			return nil, err
		}
		all.sources = append(all.sources, s)
	}
	return all, nil
}

func (s *source) check(imports types.Importer) error {
	s.info = &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	_, err := (&types.Config{Importer: imports}).Check(s.name, s.fset, s.files, s.info)
	return err
}

func readTypes(t *testing.T) *program {
	t.Helper()
	p, err := theProgram()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
