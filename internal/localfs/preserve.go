package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// Preserve keeps the regular file at path, if it is still exactly what want
// describes, from being lost when something else takes its name: it gets a
// second name in .osssync/trash/<run>/, as Trash would choose it, which is
// returned. Where the file system has no second names the file is moved there
// instead, so that its old name is free for a moment.
//
// If the file differs, the error wraps ErrChanged and nothing was done.
func (r *Root) Preserve(file string, want Stat, run string) (place string, err error) {
	for _, s := range []string{file, run} {
		if p := CheckPath(s); p != None {
			return "", &PathError{Path: s, Problem: p}
		}
	}
	if place, err = r.preserve(file, want, run); err != nil {
		return "", fmt.Errorf("preserve %q: %w", file, err)
	}
	return place, nil
}

func (r *Root) preserve(file string, want Stat, run string) (string, error) {
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
	if err := r.link(file, place); err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
			return "", goneIsChanged(err)
		}
		if err := r.root.Rename(file, place); err != nil {
			return "", goneIsChanged(err)
		}
	}
	fi, err := to.Lstat(path.Base(place))
	if err != nil || !statOf(fi).sameFile(want) {
		return "", fmt.Errorf("%w: what took its name has a second one at %q", ErrChanged, place)
	}
	return place, syncDir(to)
}
