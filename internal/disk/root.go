//go:build !failpoint

package disk

import (
	"io/fs"
	"os"
)

// OpenRoot is [os.OpenRoot].
func OpenRoot(path string) (*os.Root, error) { return os.OpenRoot(path) }

// OpenSub is [os.Root.OpenRoot].
func OpenSub(root *os.Root, name string) (*os.Root, error) { return root.OpenRoot(name) }

// Open is [os.Root.Open].
func Open(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, os.O_RDONLY, 0)
}

// OpenFile is [os.Root.OpenFile].
func OpenFile(root *os.Root, name string, flag int, perm fs.FileMode) (*os.File, error) {
	return root.OpenFile(name, flag, perm)
}

// Mkdir is [os.Root.Mkdir].
func Mkdir(root *os.Root, name string, perm fs.FileMode) error { return root.Mkdir(name, perm) }

// Rename is [os.Root.Rename].
func Rename(root *os.Root, oldname, newname string) error { return root.Rename(oldname, newname) }

// Link is [os.Root.Link].
func Link(root *os.Root, oldname, newname string) error { return root.Link(oldname, newname) }

// Remove is [os.Root.Remove].
func Remove(root *os.Root, name string) error { return root.Remove(name) }

// Rmdir removes the empty directory name of root, which is one component. Unlike
// Remove it does not unlink a file that took the name meanwhile.
//
// RACE: on Windows a file that takes the name between a look and the removal is
// removed; Windows offers no removal of directories relative to a handle.
func Rmdir(root *os.Root, name string) error { return rmdir(root, name) }

// Lstat is [os.Root.Lstat].
func Lstat(root *os.Root, name string) (fs.FileInfo, error) { return root.Lstat(name) }

// Stat is [os.Root.Stat].
func Stat(root *os.Root, name string) (fs.FileInfo, error) { return root.Stat(name) }

// LstatIn is Lstat for the many names of a directory: dir is root, opened as a file.
func LstatIn(root *os.Root, dir *os.File, name string) (fs.FileInfo, error) {
	return lstatIn(root, dir, name)
}
