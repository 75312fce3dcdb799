package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
)

// Trash takes the regular file at path out of the tree, if it is still exactly
// what want describes: it is moved to .osssync/trash/<run>/<path>, with a
// number appended if that name is taken, and can be moved back by hand. The
// slash-separated place is returned. run names the run; it is one component that
// passes CheckPath. Directories that the move leaves empty are removed, as
// far as the root and never with anything in them.
//
// If the file differs, the error wraps ErrChanged and nothing was moved.
//
// RACE: a file that takes the name between the look and the move is moved in
// its stead. That is noticed afterwards, and it is put back unless the name has
// been taken once more; then the error says where it lies.
func (r *Root) Trash(path string, want Stat, run string) (trashPath string, err error) {
	for _, s := range []string{path, run} {
		if p := CheckPath(s); p != None {
			return "", &PathError{Path: s, Problem: p}
		}
	}
	if trashPath, err = r.trash(path, want, run); err != nil {
		return "", fmt.Errorf("trash %q: %w", path, err)
	}
	return trashPath, nil
}

func (r *Root) trash(file string, want Stat, run string) (string, error) {
	from, name, err := r.parent(file, noCreate)
	if err != nil {
		return "", goneIsChanged(err)
	}
	defer from.Close()
	if err := unchanged(func() (fs.FileInfo, error) { return from.Lstat(name) }, want); err != nil {
		return "", err
	}
	to, place, err := r.place(path.Join(ReservedDir, "trash", run, file))
	if err != nil {
		return "", err
	}
	defer to.Close()
	r.beforeMove()
	if err := r.root.Rename(file, place); err != nil {
		return "", goneIsChanged(err)
	}
	fi, err := to.Lstat(path.Base(place))
	if err != nil || !statOf(fi).sameFile(want) {
		return "", r.putBack(place, file)
	}
	if err := errors.Join(syncDir(to), syncDir(from)); err != nil {
		return "", err
	}
	r.prune(path.Dir(file))
	return place, nil
}

// place makes the directory of the wished place and gives it, with a place
// there that is free.
func (r *Root) place(wish string) (dir *os.Root, place string, err error) {
	dir, name, err := r.parent(wish, 0o700)
	if err != nil {
		return nil, "", err
	}
	place = wish
	for n := 1; ; n++ {
		_, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return dir, place, nil
		}
		if err != nil {
			dir.Close()
			return nil, "", err
		}
		place = wish + "." + strconv.Itoa(n)
		name = path.Base(place)
	}
}

// putBack undoes a move that took the wrong file. It links, because a rename
// would replace what has come to the old name since.
func (r *Root) putBack(place, file string) error {
	if err := r.root.Link(place, file); err != nil {
		return fmt.Errorf("%w: what took its name is now at %q: %w", ErrChanged, place, err)
	}
	if err := r.root.Remove(place); err != nil {
		return fmt.Errorf("%w: a second name is left at %q: %w", ErrChanged, place, err)
	}
	return ErrChanged
}

// prune removes dir and the directories above it as long as they are empty. A
// directory that stays is no harm, so what stops it is not told.
func (r *Root) prune(dir string) {
	for ; dir != "."; dir = path.Dir(dir) {
		above, name, err := r.parent(dir, noCreate)
		if err != nil {
			return
		}
		err = rmdir(above, name)
		above.Close()
		if err != nil {
			return
		}
	}
}
