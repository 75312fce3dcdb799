//go:build failpoint

package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hooks is a gate of two functions, either of which may be nil.
type hooks struct {
	before func(Call) error
	after  func(Call, error)
}

func (h hooks) Before(c Call) error {
	if h.before == nil {
		return nil
	}
	return h.before(c)
}

func (h hooks) After(c Call, err error) {
	if h.after != nil {
		h.after(c, err)
	}
}

func setGate(t *testing.T, g Gate) {
	t.Helper()
	t.Cleanup(SetGate(g))
}

// Each function asks, with the kind of its call and an absolute path, and tells
// what came of it.
func TestEachFunctionPasses(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.function, func(t *testing.T) {
			r := newRig(t)
			var asked, told []Op
			setGate(t, hooks{
				func(c Call) error {
					asked = append(asked, c.Op)
					if rel, err := filepath.Rel(r.dir, c.Path); err != nil || !filepath.IsLocal(rel) || !filepath.IsAbs(c.Path) {
						t.Errorf("%s: path %q is not below %q", c.Op, c.Path, r.dir)
					}
					return nil
				},
				func(c Call, err error) { told = append(told, c.Op) },
			})
			if err := d.do(r); err != nil {
				t.Error(err)
			}
			if !slices.Contains(asked, Op(d.op)) || !slices.Equal(asked, told) {
				t.Errorf("asked of %q, told of %q, want %q", asked, told, d.op)
			}
		})
	}
}

// A refused call is not made, and its error is that of the gate in the form that
// package os gives errors.
func TestEachFunctionCanBeRefused(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.function, func(t *testing.T) {
			r := newRig(t)
			setGate(t, hooks{before: func(c Call) error {
				if c.Op == Op(d.op) {
					return syscall.EIO
				}
				return nil
			}})
			err := d.do(r)
			var pathError *fs.PathError
			var linkError *os.LinkError
			if !errors.Is(err, syscall.EIO) || !errors.As(err, &pathError) && !errors.As(err, &linkError) {
				t.Errorf("error %#v", err)
			}
			SetGate(nil)
			if err := errors.Join(r.there("f", "content"), closing(os.Open(r.path("d")))); err != nil {
				t.Error(err)
			}
			if _, err := r.file.Stat(); (d.op == "close") != errors.Is(err, fs.ErrClosed) {
				t.Errorf("file after a refused %s: %v", d.op, err)
			}
		})
	}
}

func TestShort(t *testing.T) {
	r := newRig(t)
	var moved []int
	setGate(t, hooks{
		func(c Call) error {
			if c.Op == OpRead || c.Op == OpWrite {
				return fmt.Errorf("wrapped: %w", &Short{N: c.Nth * 2, Err: syscall.ENOSPC})
			}
			return nil
		},
		func(c Call, err error) {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("told %v", err)
			}
			moved = append(moved, c.N)
		},
	})
	for _, want := range []int{2, 4, 6, 6} {
		n, err := WriteAt(r.file, []byte("NEWEST"), 0)
		if n != want || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%d, %v; want %d bytes", n, err, want)
		}
	}
	var buf [3]byte
	if n, err := ContentOf(r.file).ReadAt(buf[:], 1); n != 2 || string(buf[:]) != "EW\x00" || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%d, %q, %v", n, buf, err)
	}
	if diff := cmp.Diff([]int{2, 4, 6, 6, 2}, moved); diff != "" {
		t.Error(diff)
	}
}

// What is told suffices to write the file again: offsets, data, names.
func TestCallsTellAll(t *testing.T) {
	r := newRig(t)
	var told []string
	setGate(t, hooks{after: func(c Call, err error) {
		told = append(told, fmt.Sprintf("%s %d/%d %s>%s %q@%d n%d %v", c.Op, c.Nth, c.Seq, filepath.Base(c.Path), filepath.Base(c.To), c.Data, c.Offset, c.N, err))
	}})
	f, err := CreateTemp(r.dir, "x-*")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(f.Name())
	Write(f, []byte("ab"))
	Write(f, []byte("cd"))
	ContentOf(f).ReadAt(make([]byte, 8), 1)
	Truncate(f, 3)
	Close(f)
	Rename(r.root, name, "y")
	Mkdir(r.root, "d", 0o700)
	want := []string{
		`create 1/1 ` + name + `>. ""@0 n0 <nil>`,
		`write 1/2 ` + name + `>. "ab"@0 n2 <nil>`,
		`write 2/3 ` + name + `>. "cd"@2 n2 <nil>`,
		`read 1/4 ` + name + `>. "bcd"@1 n3 EOF`,
		`truncate 1/5 ` + name + `>. ""@3 n0 <nil>`,
		`close 1/6 ` + name + `>. ""@0 n0 <nil>`,
		`rename 1/7 ` + name + `>y ""@0 n0 <nil>`,
		`mkdir 1/8 d>. ""@0 n0 mkdirat d: file exists`,
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestGateMayAlterWhatIsRead(t *testing.T) {
	r := newRig(t)
	setGate(t, hooks{after: func(c Call, _ error) {
		if c.Op == OpRead && c.N > 0 {
			c.Data[0] = 'C'
		}
	}})
	if got, err := ReadFile(r.path("f")); string(got) != "Content" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestGatesAreStacked(t *testing.T) {
	r := newRig(t)
	var told []string
	named := func(name string) Gate {
		return hooks{after: func(c Call, _ error) { told = append(told, fmt.Sprint(name, c.Nth)) }}
	}
	look := func() { Lstat(r.root, "f") }
	restoreNone := SetGate(named("a"))
	look()
	restoreA := SetGate(named("b"))
	look()
	restoreA()
	look()
	restoreNone()
	look()
	if diff := cmp.Diff([]string{"a1", "b1", "a2"}, told); diff != "" {
		t.Error(diff)
	}
}

func TestGateIsAskedByManyAtOnce(t *testing.T) {
	r := newRig(t)
	var mu sync.Mutex
	seen := map[int]bool{}
	setGate(t, hooks{before: func(c Call) error {
		mu.Lock()
		defer mu.Unlock()
		seen[c.Seq] = true
		return nil
	}})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				Lstat(r.root, "f")
			}
		})
	}
	all.Wait()
	if len(seen) != 400 || !seen[400] {
		t.Errorf("%d numbers, want 400", len(seen))
	}
}
