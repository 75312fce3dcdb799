//go:build failpoint

package disk

import (
	"io/fs"
	"os"
)

// OpenRoot is [os.OpenRoot].
func OpenRoot(path string) (*os.Root, error) {
	return give(Call{Op: OpOpen, Path: path}, func() (*os.Root, error) { return os.OpenRoot(path) })
}

// OpenSub is [os.Root.OpenRoot].
func OpenSub(root *os.Root, name string) (*os.Root, error) {
	return give(Call{Op: OpOpen, root: root, Path: name}, func() (*os.Root, error) { return root.OpenRoot(name) })
}

// Open is [os.Root.Open].
func Open(root *os.Root, name string) (*os.File, error) { return OpenFile(root, name, os.O_RDONLY, 0) }

// OpenFile is [os.Root.OpenFile].
func OpenFile(root *os.Root, name string, flag int, perm fs.FileMode) (*os.File, error) {
	c := opening(name, flag, perm)
	c.root = root
	return give(c, func() (*os.File, error) { return root.OpenFile(name, flag, perm) })
}

// Mkdir is [os.Root.Mkdir].
func Mkdir(root *os.Root, name string, perm fs.FileMode) error {
	return pass(Call{Op: OpMkdir, root: root, Path: name, Mode: perm}, func() error { return root.Mkdir(name, perm) })
}

// Rename is [os.Root.Rename].
func Rename(root *os.Root, oldname, newname string) error {
	c := Call{Op: OpRename, root: root, Path: oldname, To: newname}
	return pass(c, func() error { return root.Rename(oldname, newname) })
}

// Link is [os.Root.Link].
func Link(root *os.Root, oldname, newname string) error {
	c := Call{Op: OpLink, root: root, Path: oldname, To: newname}
	return pass(c, func() error { return root.Link(oldname, newname) })
}

// Remove is [os.Root.Remove].
func Remove(root *os.Root, name string) error {
	return pass(Call{Op: OpRemove, root: root, Path: name}, func() error { return root.Remove(name) })
}

// Rmdir removes the empty directory name of root, which is one component.
func Rmdir(root *os.Root, name string) error {
	return pass(Call{Op: OpRmdir, root: root, Path: name}, func() error { return rmdir(root, name) })
}

// Lstat is [os.Root.Lstat].
func Lstat(root *os.Root, name string) (fs.FileInfo, error) {
	return give(Call{Op: OpLstat, root: root, Path: name}, func() (fs.FileInfo, error) { return root.Lstat(name) })
}

// Stat is [os.Root.Stat].
func Stat(root *os.Root, name string) (fs.FileInfo, error) {
	return give(Call{Op: OpStat, root: root, Path: name}, func() (fs.FileInfo, error) { return root.Stat(name) })
}

// LstatIn is Lstat for the many names of a directory: dir is root, opened as a file.
func LstatIn(root *os.Root, dir *os.File, name string) (fs.FileInfo, error) {
	return give(Call{Op: OpLstat, root: root, Path: name}, func() (fs.FileInfo, error) { return lstatIn(root, dir, name) })
}
