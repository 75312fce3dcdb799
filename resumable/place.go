package resumable

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
)

// place is a name under an open directory. Every local call of a transfer
// goes through root, so there is one code path for both ways to name a file.
type place struct {
	root  *os.Root
	name  string // relative to root
	file  string // absolute path: the identity of the file in records
	mark  string // of temporary files, or ""
	owned bool   // root was opened here
}

// openPlace finds the directory of filename. With follow a symbolic link at
// filename stands for what it points to; without, for itself.
func openPlace(root *os.Root, filename string, follow bool) (*place, error) {
	if root != nil {
		return placeUnder(root, filename)
	}
	if filename == "" {
		return nil, fmt.Errorf("%w: empty file name", ErrInvalid)
	}
	file, err := filepath.Abs(filename)
	if err != nil {
		return nil, err
	}
	real := file
	if follow {
		if real, err = filepath.EvalSymlinks(file); err != nil {
			return nil, err
		}
	}
	root, err = disk.OpenRoot(filepath.Dir(real))
	if err != nil {
		return nil, err
	}
	return &place{root: root, name: filepath.Base(real), file: file, owned: true}, nil
}

func placeUnder(root *os.Root, filename string) (*place, error) {
	name, err := filepath.Localize(filename)
	if err != nil || name == "." {
		return nil, fmt.Errorf("%w: %q is not a name below a directory", ErrInvalid, filename)
	}
	file, err := filepath.Abs(filepath.Join(root.Name(), name))
	if err != nil {
		return nil, err
	}
	return &place{root: root, name: name, file: file}, nil
}

func (p *place) close() {
	if p.owned {
		p.root.Close()
	}
}

// beside is the name of a sibling of the file.
func (p *place) beside(base string) string { return filepath.Join(filepath.Dir(p.name), base) }

// syncDir makes the names of the file's directory durable.
func (p *place) syncDir(sync func(*os.File) error) error {
	dir, err := disk.Open(p.root, filepath.Dir(p.name))
	if err != nil {
		return err
	}
	defer dir.Close()
	return syncDir(dir, sync)
}

// objectName is how messages and records of the traditional layout call an
// object.
func objectName(bucket, key string) string { return "oss://" + bucket + "/" + key }
