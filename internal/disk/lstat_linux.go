package disk

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lstatIn is [os.Root.Lstat] in one system call and one allocation beside the name.
func lstatIn(root *os.Root, dir *os.File, name string) (fs.FileInfo, error) {
	if strings.IndexByte(name, '/') >= 0 || name == ".." {
		return root.Lstat(name)
	}
	var st unix.Stat_t
	fd := int(dir.Fd())
	err := unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	for errors.Is(err, syscall.EINTR) {
		err = unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "lstatat", Path: name, Err: err}
	}
	return &child{name: name, stat: syscall.Stat_t{
		Dev: st.Dev, Ino: st.Ino, Nlink: st.Nlink, Mode: st.Mode, Uid: st.Uid, Gid: st.Gid, Rdev: st.Rdev,
		Size: st.Size, Blksize: st.Blksize, Blocks: st.Blocks,
		Atim: syscall.Timespec(st.Atim), Mtim: syscall.Timespec(st.Mtim), Ctim: syscall.Timespec(st.Ctim),
	}}, nil
}

// child is what the system said of a name in an open directory.
type child struct {
	name string
	stat syscall.Stat_t
}

func (c *child) Name() string       { return c.name }
func (c *child) Size() int64        { return c.stat.Size }
func (c *child) ModTime() time.Time { return time.Unix(c.stat.Mtim.Unix()) }
func (c *child) IsDir() bool        { return c.stat.Mode&unix.S_IFMT == unix.S_IFDIR }
func (c *child) Sys() any           { return &c.stat }

// modes are the file types and bits of Linux in the terms of Go.
var modes = []struct {
	mask, is uint32
	mode     fs.FileMode
}{
	{unix.S_IFMT, unix.S_IFDIR, fs.ModeDir},
	{unix.S_IFMT, unix.S_IFLNK, fs.ModeSymlink},
	{unix.S_IFMT, unix.S_IFIFO, fs.ModeNamedPipe},
	{unix.S_IFMT, unix.S_IFSOCK, fs.ModeSocket},
	{unix.S_IFMT, unix.S_IFBLK, fs.ModeDevice},
	{unix.S_IFMT, unix.S_IFCHR, fs.ModeDevice | fs.ModeCharDevice},
	{unix.S_ISUID, unix.S_ISUID, fs.ModeSetuid},
	{unix.S_ISGID, unix.S_ISGID, fs.ModeSetgid},
	{unix.S_ISVTX, unix.S_ISVTX, fs.ModeSticky},
}

func (c *child) Mode() fs.FileMode {
	mode := fs.FileMode(c.stat.Mode & 0o777)
	for _, m := range modes {
		if c.stat.Mode&m.mask == m.is {
			mode |= m.mode
		}
	}
	return mode
}
