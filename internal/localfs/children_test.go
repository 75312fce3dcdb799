//go:build unix

package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestD8_D11_P10_P12_WalkFaults(t *testing.T) {
	gone := func(fs.FileInfo, error) (fs.FileInfo, error) { return nil, fs.ErrNotExist }
	denied := func(fs.FileInfo, error) (fs.FileInfo, error) { return nil, fs.ErrPermission }
	unread := func([]string) ([]string, error) { return nil, syscall.EIO }
	calls := 0
	tests := []struct {
		name   string
		faults faults
		want   []string
	}{
		{"D8 directory not readable", faults{names: map[string]func([]string) ([]string, error){"d": unread}},
			[]string{"a", "d/: cannot be read", "d0"}},
		{"D8 directory not opened", faults{open: map[string]error{"d": fs.ErrPermission}},
			[]string{"a", "d/: cannot be read", "d0"}},
		{"D8 nested directory not readable", faults{names: map[string]func([]string) ([]string, error){"d/e": unread}},
			[]string{"a", "d/e/: cannot be read", "d/f", "d0"}},
		{"D8 name cannot be looked at", faults{lstat: map[string]func(fs.FileInfo, error) (fs.FileInfo, error){"d/e": denied, "a": denied}},
			[]string{"a: cannot be read", "d/e: cannot be read", "d/f", "d0"}},
		{"D9 root not readable", faults{names: map[string]func([]string) ([]string, error){"": unread}},
			[]string{`error: walk "ROOT": input/output error`}},
		{"D11 name denied for a moment", faults{lstat: map[string]func(fs.FileInfo, error) (fs.FileInfo, error){
			"d/f": func(fi fs.FileInfo, err error) (fs.FileInfo, error) {
				if calls++; calls == 1 {
					return nil, fs.ErrNotExist
				}
				return fi, err
			}}},
			[]string{"a", "d/e/x", "d/f", "d0"}},
		{"D11 name listed and denied", faults{lstat: map[string]func(fs.FileInfo, error) (fs.FileInfo, error){"d/e": gone}},
			[]string{"a", "d/e: cannot be read", "d/f", "d0"}},
		{"D11 directory listed and denied", faults{open: map[string]error{"d": fs.ErrNotExist}},
			[]string{"a", "d/: cannot be read", "d0"}},
		{"directory became something else", faults{open: map[string]error{"d": ErrChanged}},
			[]string{"a", "d/: changed while the tree was walked", "d0"}},
		{"name listed twice", faults{names: map[string]func([]string) ([]string, error){
			"d": func(names []string) ([]string, error) { return append(names, names...), nil }}},
			[]string{"a", "d/e/x", "d/f", "d0"}},
		{"P10 mount point", faults{lstat: map[string]func(fs.FileInfo, error) (fs.FileInfo, error){
			"d": func(fi fs.FileInfo, err error) (fs.FileInfo, error) { return mounted{fi}, err }}},
			[]string{"a", "d/: on another file system", "d0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := plant(t, "a", "d/e/x", "d/f", "d0")
			tt.faults.in(r)
			if diff := cmp.Diff(tt.want, walkLines(t, r, WalkOptions{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// P6: what vanished is no problem, once its directory agrees.
func TestP6_WalkVanished(t *testing.T) {
	r := plant(t, "a", "d/x", "e/y")
	r.width = 0 // or e may be open before d is read
	f := faults{
		lstat: map[string]func(fs.FileInfo, error) (fs.FileInfo, error){
			"a": func(fs.FileInfo, error) (fs.FileInfo, error) {
				os.Remove(filepath.Join(r.path, "a"))
				return nil, fs.ErrNotExist
			}},
		names: map[string]func([]string) ([]string, error){
			"d": func(names []string) ([]string, error) {
				return names, os.RemoveAll(filepath.Join(r.path, "e"))
			}},
	}
	f.in(r)
	if diff := cmp.Diff([]string{"d/x"}, walkLines(t, r, WalkOptions{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestD8_P12_WalkPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("permissions do not bind root")
	}
	r := plant(t, "a", "d/x")
	os.Chmod(filepath.Join(r.path, "d"), 0)
	defer os.Chmod(filepath.Join(r.path, "d"), 0o755)
	if diff := cmp.Diff([]string{"a", "d/: cannot be read"}, walkLines(t, r, WalkOptions{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// failing fails the call that brings left to zero, in a directory or below it.
type failing struct {
	directory
	left *atomic.Int64
	err  error
}

func (f failing) call() error {
	if f.left.Add(-1) == 0 {
		return f.err
	}
	return nil
}

func (f failing) Info() (fs.FileInfo, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	return f.directory.Info()
}

func (f failing) Names() ([]string, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	return f.directory.Names()
}

func (f failing) Lstat(name string) (fs.FileInfo, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	return f.directory.Lstat(name)
}

func (f failing) Open(name string) (directory, error) {
	if err := f.call(); err != nil {
		return nil, err
	}
	sub, err := f.directory.Open(name)
	return failing{sub, f.left, f.err}, err
}

// D8, D11: whichever call fails, and however it puts it, each file that is there
// is shown, or hidden by a problem, or the walk ends with an error.
func TestD8_D11_WalkFaultSweep(t *testing.T) {
	files := []string{"a", "a-b", "b/c/d", "b/c/e", "b/f", "b0", "g/h/i/j", "k"}
	for _, fault := range []error{fs.ErrPermission, fs.ErrNotExist, syscall.EIO, syscall.ESTALE} {
		t.Run(fmt.Sprint(fault), func(t *testing.T) {
			r := plant(t, files...)
			reached := true
			for n := int64(1); reached; n++ {
				var left atomic.Int64
				left.Store(n)
				r.wrap = func(d directory) directory { return failing{d, &left, fault} }
				var shown, shields []string
				var failure error
				for e, err := range r.Walk(t.Context(), WalkOptions{}) {
					switch {
					case err != nil:
						failure = err
					case e.Problem == None:
						shown = append(shown, e.Path)
					default:
						shields = append(shields, strings.TrimSuffix(e.Path, "/")+"/")
					}
				}
				if reached = left.Load() <= 0; !reached && len(shown) != len(files) {
					t.Errorf("without a fault %q are shown", shown)
				}
				for _, file := range files {
					hidden := slices.ContainsFunc(shields, func(s string) bool { return strings.HasPrefix(file+"/", s) })
					if failure == nil && !hidden && !slices.Contains(shown, file) {
						t.Errorf("call %d: %q is neither shown nor hidden by %q", n, file, shields)
					}
				}
				if failure != nil && !errors.Is(failure, fault) {
					t.Errorf("call %d: %v, want %v", n, failure, fault)
				}
			}
		})
	}
}
