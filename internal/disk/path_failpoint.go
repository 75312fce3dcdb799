//go:build failpoint

package disk

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

// OpenPath is [os.OpenFile].
func OpenPath(path string, flag int, perm fs.FileMode) (*os.File, error) {
	return give(opening(path, flag, perm), func() (*os.File, error) { return os.OpenFile(path, flag, perm) })
}

// CreateTemp is [os.CreateTemp].
func CreateTemp(dir, pattern string) (*os.File, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	c := opening(filepath.Join(dir, pattern), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	g, err := ask(&c)
	if err != nil {
		return nil, c.refusal(err)
	}
	f, err := os.CreateTemp(dir, pattern)
	if err == nil {
		c.Path = absolute(f.Name())
	}
	g.tell(c, err)
	return f, err
}

// MkdirAll is [os.MkdirAll].
func MkdirAll(path string, perm fs.FileMode) error {
	return pass(Call{Op: OpMkdir, Path: path, Mode: perm}, func() error { return os.MkdirAll(path, perm) })
}

// RenamePath is [os.Rename].
func RenamePath(oldpath, newpath string) error {
	return pass(Call{Op: OpRename, Path: oldpath, To: newpath}, func() error { return os.Rename(oldpath, newpath) })
}

// RemovePath is [os.Remove].
func RemovePath(path string) error {
	return pass(Call{Op: OpRemove, Path: path}, func() error { return os.Remove(path) })
}

// LstatPath is [os.Lstat].
func LstatPath(path string) (fs.FileInfo, error) {
	return give(Call{Op: OpLstat, Path: path}, func() (fs.FileInfo, error) { return os.Lstat(path) })
}

// StatPath is [os.Stat].
func StatPath(path string) (fs.FileInfo, error) {
	return give(Call{Op: OpStat, Path: path}, func() (fs.FileInfo, error) { return os.Stat(path) })
}

// ReadFile is [os.ReadFile], in its steps.
func ReadFile(path string) ([]byte, error) {
	f, err := OpenPath(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.NewSectionReader(ContentOf(f), 0, math.MaxInt64))
}

// WriteFile is [os.WriteFile], in its steps.
func WriteFile(path string, content []byte, perm fs.FileMode) error {
	f, err := OpenPath(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, perm)
	if err != nil {
		return err
	}
	_, err = Write(f, content)
	return errors.Join(err, Close(f))
}

// ReadDir is [os.ReadDir].
func ReadDir(path string) ([]fs.DirEntry, error) {
	return give(Call{Op: OpReadDir, Path: path}, func() ([]fs.DirEntry, error) { return os.ReadDir(path) })
}

// Step makes a call by which somebody else's code changes the file at path; op
// says what it does, as "commit". An error is that of the call.
func Step(op, path string, call func() error) error {
	return pass(Call{Op: Op(op), Path: path}, call)
}
