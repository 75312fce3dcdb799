//go:build !failpoint

package disk

import (
	"io/fs"
	"os"
)

// OpenPath is [os.OpenFile].
func OpenPath(path string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag, perm)
}

// CreateTemp is [os.CreateTemp].
func CreateTemp(dir, pattern string) (*os.File, error) { return os.CreateTemp(dir, pattern) }

// MkdirAll is [os.MkdirAll].
func MkdirAll(path string, perm fs.FileMode) error { return os.MkdirAll(path, perm) }

// RenamePath is [os.Rename].
func RenamePath(oldpath, newpath string) error { return os.Rename(oldpath, newpath) }

// RemovePath is [os.Remove].
func RemovePath(path string) error { return os.Remove(path) }

// LstatPath is [os.Lstat].
func LstatPath(path string) (fs.FileInfo, error) { return os.Lstat(path) }

// StatPath is [os.Stat].
func StatPath(path string) (fs.FileInfo, error) { return os.Stat(path) }

// ReadFile is [os.ReadFile].
func ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }

// WriteFile is [os.WriteFile].
func WriteFile(path string, content []byte, perm fs.FileMode) error {
	return os.WriteFile(path, content, perm)
}

// ReadDir is [os.ReadDir].
func ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

// Step makes a call by which somebody else's code changes the file at path; op
// says what it does, as "commit". An error is that of the call.
func Step(op, path string, call func() error) error { return call() }
