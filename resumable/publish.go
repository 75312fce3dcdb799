package resumable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/osssync/osssync/internal/disk"
)

// publish gives a complete and verified file its attributes and its name. All
// that can be lost is synced before the name exists. When it exists the file is
// published, whatever fails then: at worst a crash brings back the old state of
// the directory, which the next comparison finds.
func (d *download) publish(f *os.File, base string) error {
	if err := d.dress(f); err != nil {
		return err
	}
	if err := d.opts.limits.sync(f); err != nil {
		return &syncError{err}
	}
	if d.opts.BeforePublish != nil {
		if err := d.opts.BeforePublish(d.place.root, d.place.name); err != nil {
			return besides(fmt.Errorf("before publishing: %w", err), "permissions", d.undress(f))
		}
	}
	before, err := disk.StatFile(f)
	if err != nil {
		return err
	}
	if err := d.rename(d.place.beside(base)); err != nil {
		return besides(fmt.Errorf("publish: %w", err), "permissions", d.undress(f))
	}
	_ = d.place.syncDir(d.opts.limits.sync)
	d.result.Fingerprint = publishedState(f, before)
	return nil
}

// rename moves the temporary file to its name, or links it there if that must
// not replace anything.
//
// RACE: without NoReplace, what appears under the name after BeforePublish has
// looked is replaced.
func (d *download) rename(temp string) error {
	if d.opts.NoReplace {
		return publishNew(d.place.root, disk.Link, temp, d.place.name)
	}
	return disk.Rename(d.place.root, temp, d.place.name)
}

// publishedState describes the file by its handle, under which nobody else's can
// be, unless somebody has written to it since before. The change time, which the
// renaming moves, tells nothing; but from here on it is part of the state.
//
// RACE: a write that keeps the size, in the tick of the file system's clock in
// which the file got its modification time, leaves no trace here. A ModTime of
// the past leaves no such tick.
func publishedState(f *os.File, before fs.FileInfo) Fingerprint {
	after, err := disk.StatFile(f)
	if err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return Fingerprint{}
	}
	return FingerprintOf(after)
}

// undress takes back the permissions of a file that was not published, for the
// next call has to write to it. Not those of one that was, whatever the error
// said that led here.
func (d *download) undress(f *os.File) error {
	fi, err := disk.StatFile(f)
	if err != nil {
		return err
	}
	if target, err := disk.Lstat(d.place.root, d.place.name); err == nil && os.SameFile(fi, target) {
		return nil
	}
	return disk.Chmod(f, tempMode)
}

// publishNew moves temp to a name that nothing has, if it can by link; the error
// wraps fs.ErrExist if something has it.
//
// RACE: where the file system has no hard links, what takes the name between the
// look and the rename is replaced.
func publishNew(root *os.Root, link func(root *os.Root, oldname, newname string) error, temp, name string) error {
	err := link(root, temp, name)
	switch {
	case err == nil:
		_ = disk.Remove(root, temp) // it is published; openTemp knows what is left
		return nil
	case !withoutLinks(err):
		return err
	}
	_, err = disk.Lstat(root, name)
	switch {
	case err == nil:
		return &os.LinkError{Op: "rename", Old: temp, New: name, Err: fs.ErrExist}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return disk.Rename(root, temp, name)
}

// dress sets permissions and time through the handle, whatever the name of
// the file means by now.
func (d *download) dress(f *os.File) error {
	mode, err := d.mode()
	if err != nil {
		return err
	}
	if err := disk.Chmod(f, mode); err != nil {
		return err
	}
	if d.opts.ModTime.IsZero() {
		return nil
	}
	return disk.SetModTime(f, d.opts.ModTime)
}

// mode returns the permissions of the file: a file that was closed to others, or to
// all, is not opened by being replaced.
func (d *download) mode() (fs.FileMode, error) {
	mode := d.opts.Mode.Perm()
	if mode == 0 {
		var err error
		if mode, err = d.place.newFileMode(); err != nil {
			return 0, err
		}
	}
	if d.opts.NoReplace {
		return mode, nil
	}
	switch replaced, err := disk.Lstat(d.place.root, d.place.name); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return 0, err
	case replaced.Mode().IsRegular():
		mode &= replaced.Mode().Perm()
	}
	return mode, nil
}

// syncError is a failed sync: nothing written before it can be relied on.
type syncError struct{ err error }

func (e *syncError) Error() string { return fmt.Sprintf("sync: %v", e.err) }
func (e *syncError) Unwrap() error { return e.err }
