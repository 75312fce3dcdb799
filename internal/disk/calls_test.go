package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

// deed is one call of the package; every exported function but Step that acts on
// the disk is in deeds once.
type deed struct {
	function string
	op       string // of the failpoint build
	do       func(r *rig) error
}

// rig is a directory with the file "f" of content "content", and both open.
type rig struct {
	dir  string
	root *os.Root
	file *os.File
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{dir: t.TempDir()}
	err := errors.Join(os.WriteFile(r.path("f"), []byte("content"), 0o600), os.Mkdir(r.path("d"), 0o700))
	if err == nil {
		r.root, err = os.OpenRoot(r.dir)
	}
	if err == nil {
		r.file, err = r.root.OpenFile("f", os.O_RDWR, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.file.Close(); r.root.Close() })
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

// there fails unless the file name holds content; nil is none.
func (r *rig) there(name string, content any) error {
	got, err := os.ReadFile(r.path(name))
	if content == nil && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || string(got) != fmt.Sprint(content) {
		return fmt.Errorf("%q holds %q, %v; want %v", name, got, err, content)
	}
	return nil
}

// closing closes what a call has opened.
func closing[T io.Closer](f T, err error) error {
	if err != nil {
		return err
	}
	return f.Close()
}

func same[T comparable](got, want T, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("got %v, want %v", got, want)
	}
	return err
}

// first gives the earliest of errors, so that nothing is looked at after a failed
// call.
func first(call error, look func() error) error {
	if call != nil {
		return call
	}
	return look()
}

var deeds = []deed{
	{"OpenRoot", "open", func(r *rig) error { return closing(OpenRoot(r.dir)) }},
	{"OpenSub", "open", func(r *rig) error { return closing(OpenSub(r.root, "d")) }},
	{"Open", "open", func(r *rig) error { return closing(Open(r.root, "f")) }},
	{"OpenFile", "create", func(r *rig) error { return closing(OpenFile(r.root, "new", os.O_RDWR|os.O_CREATE, 0o600)) }},
	{"Mkdir", "mkdir", func(r *rig) error {
		return first(Mkdir(r.root, "new", 0o700), func() error { return closing(os.OpenRoot(r.path("new"))) })
	}},
	{"Rename", "rename", func(r *rig) error {
		return first(Rename(r.root, "f", "new"), func() error { return errors.Join(r.there("f", nil), r.there("new", "content")) })
	}},
	{"Link", "link", func(r *rig) error {
		return first(Link(r.root, "f", "new"), func() error { return errors.Join(r.there("f", "content"), r.there("new", "content")) })
	}},
	{"Remove", "remove", func(r *rig) error { return first(Remove(r.root, "f"), func() error { return r.there("f", nil) }) }},
	{"Rmdir", "rmdir", func(r *rig) error { return first(Rmdir(r.root, "d"), func() error { return r.there("d", nil) }) }},
	{"Lstat", "lstat", func(r *rig) error { return sized(Lstat(r.root, "f")) }},
	{"LstatIn", "lstat", func(r *rig) error {
		dir, err := os.Open(r.dir)
		if err != nil {
			return err
		}
		defer dir.Close()
		return sized(LstatIn(r.root, dir, "f"))
	}},
	{"Stat", "stat", func(r *rig) error { return sized(Stat(r.root, "f")) }},
	{"ContentOf", "read", func(r *rig) error {
		got, err := io.ReadAll(ContentOf(r.file))
		return same(string(got), "content", err)
	}},
	{"Write", "write", func(r *rig) error {
		n, err := Write(r.file, []byte("CON"))
		return first(same(n, 3, err), func() error { return r.there("f", "CONtent") })
	}},
	{"Append", "write", func(r *rig) error {
		f, err := os.OpenFile(r.path("f"), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		n, err := Append(f, []byte("s"))
		return first(same(n, 1, err), func() error { return r.there("f", "contents") })
	}},
	{"WriteAt", "write", func(r *rig) error {
		n, err := WriteAt(r.file, []byte("TENT"), 3)
		return first(same(n, 4, err), func() error { return r.there("f", "conTENT") })
	}},
	{"ReadNames", "readdir", func(r *rig) error {
		dir, err := os.Open(r.dir)
		if err != nil {
			return err
		}
		defer dir.Close()
		names, err := ReadNames(dir, -1)
		slices.Sort(names)
		return same(fmt.Sprint(names), "[d f]", err)
	}},
	{"StatFile", "stat", func(r *rig) error { return sized(StatFile(r.file)) }},
	{"Sync", "sync", func(r *rig) error { return Sync(r.file) }},
	{"Truncate", "truncate", func(r *rig) error {
		return first(Truncate(r.file, 3), func() error { return r.there("f", "con") })
	}},
	{"Chmod", "chmod", func(r *rig) error {
		return first(Chmod(r.file, 0o400), func() error {
			fi, err := r.file.Stat()
			return same(fi.Mode()&0o200, 0, err)
		})
	}},
	{"SetModTime", "chtimes", func(r *rig) error {
		stamp := time.Date(2001, 2, 3, 4, 5, 6, 789_012_300, time.UTC)
		return first(SetModTime(r.file, stamp), func() error {
			fi, err := r.file.Stat()
			return same(fi.ModTime().UTC().Truncate(time.Microsecond), stamp.Truncate(time.Microsecond), err)
		})
	}},
	{"Close", "close", func(r *rig) error { return Close(r.file) }},
	{"OpenPath", "open", func(r *rig) error { return closing(OpenPath(r.path("f"), os.O_RDONLY, 0)) }},
	{"CreateTemp", "create", func(r *rig) error { return closing(CreateTemp(r.dir, "temp-*")) }},
	{"MkdirAll", "mkdir", func(r *rig) error {
		return first(MkdirAll(r.path("new/er"), 0o700), func() error { return closing(os.OpenRoot(r.path("new/er"))) })
	}},
	{"RenamePath", "rename", func(r *rig) error {
		return first(RenamePath(r.path("f"), r.path("new")), func() error { return r.there("new", "content") })
	}},
	{"RemovePath", "remove", func(r *rig) error {
		return first(RemovePath(r.path("f")), func() error { return r.there("f", nil) })
	}},
	{"LstatPath", "lstat", func(r *rig) error { return sized(LstatPath(r.path("f"))) }},
	{"StatPath", "stat", func(r *rig) error { return sized(StatPath(r.path("f"))) }},
	{"ReadFile", "read", func(r *rig) error {
		got, err := ReadFile(r.path("f"))
		return same(string(got), "content", err)
	}},
	{"WriteFile", "write", func(r *rig) error {
		return first(WriteFile(r.path("new"), []byte("text"), 0o600), func() error { return r.there("new", "text") })
	}},
	{"ReadDir", "readdir", func(r *rig) error {
		entries, err := ReadDir(r.dir)
		return same(len(entries), 2, err)
	}},
	{"Step", "commit", func(r *rig) error {
		made := false
		err := Step("commit", r.path("f"), func() error { made = true; return nil })
		return same(made, true, err)
	}},
}

func sized(fi fs.FileInfo, err error) error {
	if err != nil {
		return err
	}
	return same(fi.Size(), int64(len("content")), nil)
}

// possible reports whether the system can do d: Windows has no rename of an open
// file, nor a removal.
func (d *deed) possible() bool {
	return runtime.GOOS != "windows" || !slices.Contains([]string{"rename", "remove"}, d.op)
}

func TestDeeds(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.function, func(t *testing.T) {
			if err := d.do(newRig(t)); err != nil && d.possible() {
				t.Error(err)
			}
		})
	}
}

func TestErrorsAreThoseOfTheSystem(t *testing.T) {
	r := newRig(t)
	_, openErr := Open(r.root, "no")
	_, outsideErr := Lstat(r.root, "../f")
	_, wantOutside := r.root.Lstat("../f")
	for _, tt := range []struct{ got, want error }{
		{openErr, fs.ErrNotExist},
		{Mkdir(r.root, "d", 0o700), fs.ErrExist},
		{Link(r.root, "f", "d"), fs.ErrExist},
		{Remove(r.root, "no"), fs.ErrNotExist},
		{errors.Unwrap(outsideErr), errors.Unwrap(wantOutside)},
		{closing(OpenRoot(r.path("no"))), fs.ErrNotExist},
		{RemovePath(r.path("no")), fs.ErrNotExist},
		{errors.Join(Close(r.file), Sync(r.file)), fs.ErrClosed},
	} {
		if !errors.Is(tt.got, tt.want) {
			t.Errorf("%v, want %v", tt.got, tt.want)
		}
	}
	if Rmdir(r.root, "f") == nil || r.there("f", "content") != nil {
		t.Error("Rmdir removes a file")
	}
}
