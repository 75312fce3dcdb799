//go:build unix

package localfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// plant makes a tree below a new directory. Each line is "path" for a file,
// "path/" for a directory, "path -> target" for a symbolic link, "path |" for a
// FIFO. A file's content is its path.
func plant(t testing.TB, lines ...string) *Root {
	t.Helper()
	dir := t.TempDir()
	for _, line := range lines {
		name, target, isLink := strings.Cut(line, " -> ")
		name, isFIFO := strings.CutSuffix(name, " |")
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case err != nil:
		case isLink:
			err = os.Symlink(target, path)
		case isFIFO:
			err = syscall.Mkfifo(path, 0o600)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		default:
			err = os.WriteFile(path, []byte(name), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return openRoot(t, dir)
}

func openRoot(t testing.TB, dir string) *Root {
	t.Helper()
	r, err := OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// walkLines gives a walk as lines, "path" or "path: problem", the error last.
func walkLines(t testing.TB, r *Root, opts WalkOptions) []string {
	t.Helper()
	var lines []string
	for e, err := range r.Walk(t.Context(), opts) {
		switch {
		case err != nil:
			lines = append(lines, "error: "+strings.ReplaceAll(err.Error(), r.path, "ROOT"))
		case e.Problem != None:
			lines = append(lines, e.Path+": "+e.Problem.String())
			if e.Dir != strings.HasSuffix(e.Path, "/") {
				t.Errorf("%q: Dir is %t", e.Path, e.Dir)
			}
			if (e.Err != nil) != (e.Problem == Unreadable) {
				t.Errorf("%q: %s with Err %v", e.Path, e.Problem, e.Err)
			}
		default:
			lines = append(lines, e.Path)
			if fi, err := os.Stat(filepath.Join(r.path, e.Path)); err != nil || statOf(fi) != e.Stat {
				t.Errorf("%q: Stat %+v, want that of the file (%v)", e.Path, e.Stat, err)
			}
		}
	}
	return lines
}

// faults makes directories misbehave. The keys are paths below the root; that
// of the root is "".
type faults struct {
	directory
	path  string // with a slash at its end, unless it is the root
	names map[string]func([]string) ([]string, error)
	lstat map[string]func(fs.FileInfo, error) (fs.FileInfo, error)
	open  map[string]error
}

func (f *faults) in(r *Root) {
	r.wrap = func(d directory) directory {
		g := *f
		g.directory = d
		return &g
	}
}

func (f *faults) Names() ([]string, error) {
	names, err := f.directory.Names()
	if fault := f.names[strings.TrimSuffix(f.path, "/")]; fault != nil {
		return fault(names)
	}
	return names, err
}

func (f *faults) Lstat(name string) (fs.FileInfo, error) {
	fi, err := f.directory.Lstat(name)
	if fault := f.lstat[f.path+name]; fault != nil {
		return fault(fi, err)
	}
	return fi, err
}

func (f *faults) Open(name string) (directory, error) {
	if err := f.open[f.path+name]; err != nil {
		return nil, err
	}
	sub, err := f.directory.Open(name)
	if err != nil {
		return nil, err
	}
	g := *f
	g.directory, g.path = sub, f.path+name+"/"
	return &g, nil
}

// mounted is a FileInfo that claims another device.
type mounted struct{ fs.FileInfo }

func (m mounted) Sys() any {
	st := *m.FileInfo.Sys().(*syscall.Stat_t)
	st.Dev++
	return &st
}

var errInjected = errors.New("injected")
