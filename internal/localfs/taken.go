package localfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
)

// namesAtOnce is how many names of a directory are held while one is looked for.
const namesAtOnce = 1024

// Taken reports whether something other than a directory stands at the
// slash-separated path, under that very name: on a file system that is blind to
// case, "readme" does not take "README". A path that cannot name a file here is
// never taken. Links inside the root are followed above the last component; any
// look that does not tell is an error.
func (r *Root) Taken(file string) (bool, error) {
	if CheckPath(file) != None {
		return false, nil
	}
	fi, err := disk.Lstat(r.root, file)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look at %q: %w", file, err)
	case fi.IsDir():
		return false, nil
	}
	listed, err := r.lists(path.Dir(file), path.Base(file))
	if err != nil {
		return false, fmt.Errorf("look for %q: %w", file, err)
	}
	return listed, nil
}

// lists reports whether dir has an entry of exactly this name.
func (r *Root) lists(dir, name string) (bool, error) {
	d, err := disk.Open(r.root, dir)
	if err != nil {
		return false, err
	}
	defer disk.Close(d)
	for {
		names, err := disk.ReadNames(d, namesAtOnce)
		if slices.Contains(names, name) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
}
