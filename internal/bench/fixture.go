package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// prefix is where the objects are in the bucket, and where a fixture has its files, so
// that a key is the name of a file.
const prefix = "www/"

// fixture is a tree on the disk.
type fixture struct {
	dir string // its files are in the folder of prefix
}

// local is the folder that is synced.
func (f fixture) local() string { return filepath.Join(f.dir, filepath.FromSlash(prefix)) }

// note is the file that tells which tree is in dir. While one is being made it is empty,
// so that a half is not taken for a whole.
func (f fixture) note() string { return f.dir + ".tree" }

// plant makes t in a folder of its name below dir, unless it is there. If the same tree
// is there with or without its edits, only those files are made anew.
func plant(dir string, t tree) (fixture, error) {
	f := fixture{dir: filepath.Join(dir, t.name)}
	there, err := os.ReadFile(f.note())
	switch {
	case err == nil && string(there) == t.String():
		return f, nil
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(f.dir); !errors.Is(err, fs.ErrNotExist) {
			return f, fmt.Errorf("%q is there, and no tree of the benchmarks", f.dir)
		}
	case err != nil:
		return f, fmt.Errorf("note of the tree: %w", err)
	}
	other := t
	other.edited = !t.edited
	onlyEdits := string(there) == other.String()
	if !onlyEdits {
		if err := os.RemoveAll(f.dir); err != nil {
			return f, fmt.Errorf("old tree: %w", err)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return f, err
	}
	if err := os.WriteFile(f.note(), nil, 0o644); err != nil {
		return f, err
	}
	err = t.each(func(i int, one file, buffer []byte) error {
		if onlyEdits && one.edited == other.file(i).edited {
			return nil
		}
		return f.write(one, buffer)
	})
	if err != nil {
		return f, fmt.Errorf("tree %s: %w", t.name, err)
	}
	return f, os.WriteFile(f.note(), []byte(t.String()), 0o644)
}

// write makes a file. One that was edited keeps the time of being written: it is newer
// than any object.
func (f fixture) write(one file, buffer []byte) error {
	name := filepath.Join(f.local(), filepath.FromSlash(one.path))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(one.write(out, buffer), out.Close()); err != nil {
		return err
	}
	if one.edited {
		return nil
	}
	return os.Chtimes(name, one.modified, one.modified)
}
