package localfs

import (
	"io/fs"
	"os"
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
	// Open opens a child directory; ErrChanged if the name is something else.
	Open(name string) (directory, error)
	Close() error
}

// handle is the directory of the operating system.
type handle struct{ *os.Root }

func (h handle) Info() (fs.FileInfo, error) { return h.Root.Stat(".") }

func (h handle) Names() ([]string, error) {
	f, err := h.Root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	return names, nil
}

func (h handle) Open(name string) (directory, error) {
	sub, err := openDir(h.Root, name)
	if err != nil {
		return nil, err
	}
	return handle{sub}, nil
}

// openDir opens the directory name of parent. os.Root would follow a symbolic
// link there, so what was opened is compared with what the name says; a link
// that takes the name in between is ErrChanged, whatever it leads to.
func openDir(parent *os.Root, name string) (*os.Root, error) {
	named, err := parent.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !named.IsDir() {
		return nil, ErrChanged
	}
	sub, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	opened, err := sub.Stat(".")
	if err == nil && !os.SameFile(named, opened) {
		err = ErrChanged
	}
	if err != nil {
		sub.Close()
		return nil, err
	}
	return sub, nil
}
