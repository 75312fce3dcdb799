package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/osssync/osssync/internal/disk"
)

var (
	// ErrChanged says that a file is not, or no longer, what the caller saw.
	// Nothing was done to it.
	ErrChanged = errors.New("changed since it was looked at")

	// ErrRootReplaced says that the path of a Root leads elsewhere than when it
	// was opened, or nowhere.
	ErrRootReplaced = errors.New("root directory replaced")
)

// Root is an open directory tree. All access is relative to the directory that
// was opened, wherever it is moved, and never leaves it. A Root may be used by
// several goroutines at once, until Close.
type Root struct {
	root     *os.Root
	path     string // absolute
	info     fs.FileInfo
	identity string

	// Seams of the tests; as OpenRoot sets them otherwise.
	wrap       func(directory) directory // around every directory that Walk opens
	afterRead  func()                    // between the last read and the second look of Hash
	beforeMove func()                    // between the look and the rename of Trash
	link       func(old, new string) error
	width      int // directories of one level that Walk reads ahead
}

// OpenRoot opens the existing directory at path for walking and writing. The
// error names path and wraps fs.ErrNotExist, fs.ErrPermission and the like.
//
// Symbolic links on the way to the directory are followed; those below are not.
func OpenRoot(path string) (*Root, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("root %q: %w", path, err)
	}
	root, err := disk.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("root %q: %w", path, err)
	}
	r := &Root{
		root: root, path: abs, wrap: func(d directory) directory { return d }, afterRead: func() {}, beforeMove: func() {},
		link:  func(old, new string) error { return disk.Link(root, old, new) },
		width: min(2*runtime.GOMAXPROCS(0), aheadDirs/2),
	}
	if r.info, err = disk.Stat(root, "."); err == nil {
		r.identity, err = identity(root)
	}
	if err != nil {
		root.Close()
		return nil, fmt.Errorf("root %q: %w", path, err)
	}
	return r, nil
}

// Close releases the directory. A Root cannot be used afterwards.
func (r *Root) Close() error { return r.root.Close() }

// FS gives the open directory itself, for those who read or write below it on
// their own terms. It belongs to r: it must not be closed.
func (r *Root) FS() *os.Root { return r.root }

// Identity names the directory on this machine, independent of its path: device
// and inode, in hexadecimal, with a colon between them. It is never empty.
func (r *Root) Identity() string { return r.identity }

// Check reports an error that wraps ErrRootReplaced unless the path given to
// OpenRoot still leads to the directory that was opened.
//
// RACE: the path may change hands right after Check. What is done through r
// then still happens in the directory that was opened, never in its successor.
func (r *Root) Check() error {
	fi, err := disk.StatPath(r.path)
	if err != nil {
		return fmt.Errorf("root %q: %w: %w", r.path, ErrRootReplaced, err)
	}
	if !os.SameFile(fi, r.info) {
		return fmt.Errorf("root %q: %w", r.path, ErrRootReplaced)
	}
	return nil
}

// Lstat looks at the file at path, a slash-separated path that passes
// CheckPath, without following a symbolic link in its last component.
func (r *Root) Lstat(path string) (Stat, error) { return look(disk.Lstat, r.root, path) }

// Stat is Lstat for what Walk shows with FollowSymlinks: it follows symbolic
// links inside the root, and one that leaves it is an error.
func (r *Root) Stat(path string) (Stat, error) { return look(disk.Stat, r.root, path) }

func look(at func(*os.Root, string) (fs.FileInfo, error), root *os.Root, path string) (Stat, error) {
	if p := CheckPath(path); p != None {
		return Stat{}, &PathError{Path: path, Problem: p}
	}
	fi, err := at(root, path)
	if err != nil {
		return Stat{}, fmt.Errorf("look at %q: %w", path, err)
	}
	return statOf(fi), nil
}
