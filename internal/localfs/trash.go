package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"

	"github.com/osssync/osssync/internal/disk"
)

// Trash takes a regular file out of the tree, if it is still exactly
// what want describes: it is moved to .osssync/trash/<run>/<file>, with a
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
func (r *Root) Trash(file string, want Stat, run string) (place string, err error) {
	place, same, err := r.keep(file, want, run, func(place string) error { return disk.Rename(r.root, file, place) })
	if err == nil && !same {
		err = r.putBack(place, file)
	}
	if err != nil {
		return "", fmt.Errorf("trash %q: %w", file, err)
	}
	r.prune(path.Dir(file))
	return place, nil
}

// keep gives file a place in the trash of run by move, if it still is what want
// describes. same is false if move met another file.
func (r *Root) keep(file string, want Stat, run string, move func(place string) error) (place string, same bool, err error) {
	for _, s := range []string{file, run} {
		if p := CheckPath(s); p != None {
			return "", false, &PathError{Path: s, Problem: p}
		}
	}
	from, name, err := r.parent(file, noCreate)
	if err != nil {
		return "", false, goneIsChanged(err)
	}
	defer from.Close()
	if err := unchanged(func() (fs.FileInfo, error) { return disk.Lstat(from, name) }, want); err != nil {
		return "", false, err
	}
	to, place, err := r.place(path.Join(ReservedDir, "trash", run, file))
	if err != nil {
		return "", false, err
	}
	defer to.Close()
	r.beforeMove()
	if err := move(place); err != nil {
		return "", false, goneIsChanged(err)
	}
	fi, err := disk.Lstat(to, path.Base(place))
	if err != nil || !statOf(fi).sameFile(want) {
		return place, false, nil
	}
	return place, true, errors.Join(syncDir(to), syncDir(from))
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
		_, err := disk.Lstat(dir, name)
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
	if err := disk.Link(r.root, place, file); err != nil {
		return fmt.Errorf("%w: what took its name is now at %q: %w", ErrChanged, place, err)
	}
	if err := disk.Remove(r.root, place); err != nil {
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
		err = disk.Rmdir(above, name)
		above.Close()
		if err != nil {
			return
		}
	}
}
