package chaos

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// descriptors returns the files below the tree and the state folder that this process
// holds open.
func (w *world) descriptors() ([]string, error) {
	const own = "/proc/self/fd"
	entries, err := os.ReadDir(own)
	if err != nil {
		return nil, err
	}
	var held []string
	for _, entry := range entries {
		name, err := os.Readlink(filepath.Join(own, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // closed since
		}
		if err != nil {
			return nil, err
		}
		for _, side := range []string{w.tree, w.state} {
			if name == side || strings.HasPrefix(name, side+"/") {
				held = append(held, name)
			}
		}
	}
	return held, nil
}
