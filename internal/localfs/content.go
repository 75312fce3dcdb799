package localfs

import (
	"fmt"
	"io"
	"os"

	"github.com/osssync/osssync/internal/disk"
)

// Content reads the file at path whole, if it is and stays the regular file that
// want describes; the conditions and errors are those of Hash. It is for small
// files: it holds want.Size bytes in memory.
func (r *Root) Content(path string, want Stat) ([]byte, error) {
	if p := CheckPath(path); p != None {
		return nil, &PathError{Path: path, Problem: p}
	}
	content := make([]byte, want.Size)
	err := r.readStable(r.root, path, func(found Stat) bool { return found == want }, func(f io.Reader, _ Stat) error {
		_, err := io.ReadFull(f, content)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return ErrChanged
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	return content, nil
}

// readStable hands the open file at path below at to read if it is a regular file that
// fits, and makes sure that it is the same one afterwards, still under the same name.
func (r *Root) readStable(at *os.Root, path string, fits func(Stat) bool, read func(f io.Reader, found Stat) error) error {
	f, err := disk.OpenFile(at, path, openFlags, 0)
	if err != nil {
		return goneIsChanged(err)
	}
	defer f.Close()
	fi, err := disk.StatFile(f)
	if err != nil {
		return err
	}
	found := statOf(fi)
	if !fi.Mode().IsRegular() || !fits(found) {
		return ErrChanged
	}
	if err := read(disk.ContentOf(f), found); err != nil {
		return err
	}
	r.afterRead()
	// By name, which says all of the handle too: the same inode, so the same file.
	return unchanged(func() (os.FileInfo, error) { return disk.Stat(at, path) }, found)
}
