package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/osssync/osssync/internal/disk"
)

// MkdirParents makes the directories above the file that path will name, each
// with mode 0777 less the umask, and makes their names durable. Directories
// that exist are left as they are. A symbolic link or another non-directory on
// the way is a *PathError with Problem Symlink or NotDirectory, even if the
// link stays inside the root; nothing is made below it.
func (r *Root) MkdirParents(path string) error {
	if p := CheckPath(path); p != None {
		return &PathError{Path: path, Problem: p}
	}
	dir, _, err := r.parent(path, 0o777)
	if err != nil {
		return fmt.Errorf("make parents of %q: %w", path, err)
	}
	return dir.Close()
}

// CheckTarget reports whether the file at path is still what the caller saw:
// absent if want is nil, else the regular file of exactly that Stat. Any other
// state is an error that wraps ErrChanged, and a symbolic link or non-directory
// above path is a *PathError. It is meant for the moment before a rename.
//
// RACE: what happens to the name between CheckTarget and the rename is not
// seen; a file written in that window is replaced. Publishing new files by link
// instead of rename closes it for them.
func (r *Root) CheckTarget(path string, want *Stat) error {
	if p := CheckPath(path); p != None {
		return &PathError{Path: path, Problem: p}
	}
	dir, name, err := r.parent(path, noCreate)
	if errors.Is(err, fs.ErrNotExist) && want == nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("target %q: %w", path, goneIsChanged(err))
	}
	defer dir.Close()
	look := func() (fs.FileInfo, error) { return disk.Lstat(dir, name) }
	if want != nil {
		err = unchanged(look, *want)
	} else if _, err = look(); err == nil {
		err = fmt.Errorf("%w: %w", ErrChanged, fs.ErrExist)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("target %q: %w", path, err)
	}
	return nil
}

// unchanged compares what look sees with want.
func unchanged(look func() (fs.FileInfo, error), want Stat) error {
	fi, err := look()
	if err != nil {
		return goneIsChanged(err)
	}
	if !fi.Mode().IsRegular() || statOf(fi) != want {
		return ErrChanged
	}
	return nil
}

// goneIsChanged makes ErrChanged of a name that is gone.
func goneIsChanged(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	return err
}

// noCreate has parent make nothing.
const noCreate fs.FileMode = 0

// parent opens the directory of the last component of file and gives that
// component. It goes down one real directory at a time and never through a
// link. Missing directories are made with mode perm unless that is noCreate.
// The caller closes the directory.
func (r *Root) parent(file string, perm fs.FileMode) (dir *os.Root, name string, err error) {
	above, name := path.Split(file)
	if dir, err = disk.OpenSub(r.root, "."); err != nil {
		return nil, "", err
	}
	end := 0
	for step := range strings.SplitSeq(strings.TrimSuffix(above, "/"), "/") {
		if step == "" { // file lies in the root
			break
		}
		end += len(step)
		sub, err := stepDown(dir, step, perm)
		dir.Close()
		if pathErr := (*PathError)(nil); errors.As(err, &pathErr) {
			pathErr.Path = file[:end]
		}
		if err != nil {
			return nil, "", err
		}
		dir = sub
		end++
	}
	return dir, name, nil
}

// stepDown opens the directory name of dir, and makes it first if it is missing
// and perm says so.
func stepDown(dir *os.Root, name string, perm fs.FileMode) (*os.Root, error) {
	fi, err := disk.Lstat(dir, name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && perm != noCreate:
		// Somebody else may have made it meanwhile; openDir looks at what it is.
		if err := disk.Mkdir(dir, name, perm); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if err := syncDir(dir); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case fi.Mode()&fs.ModeSymlink != 0:
		return nil, &PathError{Path: name, Problem: Symlink}
	case !fi.IsDir():
		return nil, &PathError{Path: name, Problem: NotDirectory}
	}
	return openDir(dir, name)
}
