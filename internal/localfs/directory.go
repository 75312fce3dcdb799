package localfs

import (
	"io/fs"
	"os"

	"github.com/osssync/osssync/internal/disk"
)

// directory is one open directory of a walk. Names are resolved relative to the
// handle, one component at a time, so nothing that happens to the directories
// above can redirect a walk.
type directory interface {
	// Info describes the directory itself.
	Info() (fs.FileInfo, error)
	// Names lists all children, in any order, or gives an error and no names.
	Names() ([]string, error)
	// Lstat looks at a child without following a link.
	Lstat(name string) (fs.FileInfo, error)
	// Rest closes what Names left open to make Lstat quick. All goes on as before.
	Rest()
	// Open opens a child directory; ErrChanged if the name is something else.
	Open(name string) (directory, error)
	Close() error
}

// handle is the directory of the operating system.
type handle struct {
	root *os.Root
	file *os.File // root, opened as a file; nil: not between Names and Rest
}

func (h *handle) Info() (fs.FileInfo, error) { return disk.Stat(h.root, ".") }

func (h *handle) Names() ([]string, error) {
	h.Rest()
	f, err := disk.Open(h.root, ".")
	if err != nil {
		return nil, err
	}
	names, err := disk.ReadNames(f, -1)
	if err != nil {
		f.Close()
		return nil, err
	}
	h.file = f
	return names, nil
}

func (h *handle) Lstat(name string) (fs.FileInfo, error) {
	if h.file == nil {
		return disk.Lstat(h.root, name)
	}
	return disk.LstatIn(h.root, h.file, name)
}

func (h *handle) Rest() {
	if h.file != nil {
		h.file.Close()
		h.file = nil
	}
}

func (h *handle) Open(name string) (directory, error) {
	sub, err := openDir(h.root, name)
	if err != nil {
		return nil, err
	}
	return &handle{root: sub}, nil
}

func (h *handle) Close() error {
	h.Rest()
	return h.root.Close()
}

// openDir opens the directory name of parent. os.Root would follow a symbolic
// link there, so what was opened is compared with what the name says; a link
// that takes the name in between is ErrChanged, whatever it leads to.
func openDir(parent *os.Root, name string) (*os.Root, error) {
	named, err := disk.Lstat(parent, name)
	if err != nil {
		return nil, err
	}
	if !named.IsDir() {
		return nil, ErrChanged
	}
	sub, err := disk.OpenSub(parent, name)
	if err != nil {
		return nil, err
	}
	opened, err := disk.Stat(sub, ".")
	if err == nil && !os.SameFile(named, opened) {
		err = ErrChanged
	}
	if err != nil {
		sub.Close()
		return nil, err
	}
	return sub, nil
}
