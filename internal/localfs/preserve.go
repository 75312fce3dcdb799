package localfs

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/osssync/osssync/internal/disk"
)

// Preserve keeps a regular file, if it still is exactly what want describes, from
// being lost when something else takes its name: it gets a second name in
// .osssync/trash/<run>/, as Trash would choose it, which is returned. Where the
// file system has no second names the file is moved there instead, so that its
// old name is free for a moment.
//
// If the file differs, the error wraps ErrChanged and nothing was done.
func (r *Root) Preserve(file string, want Stat, run string) (place string, err error) {
	place, same, err := r.keep(file, want, run, func(place string) error {
		err := r.link(file, place)
		if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
			return err
		}
		return disk.Rename(r.root, file, place)
	})
	if err == nil && !same {
		err = fmt.Errorf("%w: what took its name has a second one at %q", ErrChanged, place)
	}
	if err != nil {
		return "", fmt.Errorf("preserve %q: %w", file, err)
	}
	return place, nil
}
