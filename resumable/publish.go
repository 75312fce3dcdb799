package resumable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// publish gives a complete and verified file its attributes and its name. All
// that can be lost is synced before the name exists.
func (d *download) publish(f *os.File, base string) error {
	p, temp := d.place, d.place.beside(base)
	if err := d.dress(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return &syncError{err}
	}
	if err := d.rename(temp); err != nil {
		// The file stays for the next call, which has to write to it.
		return besides(err, "permissions", f.Chmod(tempMode))
	}
	if err := p.syncDir(); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	fi, err := f.Stat() // by handle: nobody else's file can be under it
	if err != nil {
		return err
	}
	d.result.Fingerprint = FingerprintOf(fi)
	return nil
}

// rename moves the temporary file to its name, or links it there if that must
// not replace anything.
//
// RACE: without NoReplace, what appears under the name after BeforePublish has
// looked is replaced.
func (d *download) rename(temp string) error {
	p := d.place
	if d.opts.BeforePublish != nil {
		if err := d.opts.BeforePublish(p.root, p.name); err != nil {
			return fmt.Errorf("before publishing: %w", err)
		}
	}
	move := p.root.Rename
	if d.opts.NoReplace {
		move = func(temp, name string) error { return publishNew(p.root, temp, name) }
	}
	if err := move(temp, p.name); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// names are the calls of an [os.Root] that give files their names.
type names interface {
	Link(oldname, newname string) error
	Lstat(name string) (fs.FileInfo, error)
	Rename(oldname, newname string) error
	Remove(name string) error
}

// publishNew moves temp to a name that nothing has; the error wraps fs.ErrExist
// if something has it.
//
// RACE: where the file system has no hard links, what takes the name between the
// look and the rename is replaced.
func publishNew(n names, temp, name string) error {
	err := n.Link(temp, name)
	switch {
	case err == nil:
		return n.Remove(temp)
	case !withoutLinks(err):
		return err
	}
	_, err = n.Lstat(name)
	switch {
	case err == nil:
		return &os.LinkError{Op: "rename", Old: temp, New: name, Err: fs.ErrExist}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return n.Rename(temp, name)
}

// dress sets permissions and time through the handle, whatever the name of
// the file means by now.
func (d *download) dress(f *os.File) error {
	mode := d.opts.Mode.Perm()
	if mode == 0 {
		var err error
		if mode, err = d.place.newFileMode(); err != nil {
			return err
		}
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if d.opts.ModTime.IsZero() {
		return nil
	}
	return setModTime(f, d.opts.ModTime)
}

// newFileMode learns what the umask, which cannot be read without setting it
// for the whole process, leaves of 0666.
func (p *place) newFileMode() (fs.FileMode, error) {
	name := p.beside(tempPrefix + rand.Text())
	f, err := p.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	defer p.root.Remove(name)
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return fi.Mode().Perm(), nil
}

// syncError is a failed sync: nothing written before it can be relied on.
type syncError struct{ err error }

func (e *syncError) Error() string { return fmt.Sprintf("sync: %v", e.err) }
func (e *syncError) Unwrap() error { return e.err }
