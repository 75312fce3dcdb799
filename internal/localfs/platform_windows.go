package localfs

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

const onWindows = true

const openFlags = os.O_RDONLY

// inodeOf gives nothing: a Windows FileInfo has neither change time nor index.
func inodeOf(fs.FileInfo) (ctimeNs int64, inode, dev uint64) { return 0, 0, 0 }

// identity names the directory behind root by volume and file index.
func identity(root *os.Root) (string, error) {
	f, err := root.Open(".")
	if err != nil {
		return "", err
	}
	defer f.Close()
	var d syscall.ByHandleFileInformation
	if err := syscall.GetFileInformationByHandle(syscall.Handle(f.Fd()), &d); err != nil {
		return "", os.NewSyscallError("GetFileInformationByHandle", err)
	}
	return fmt.Sprintf("%x:%x", d.VolumeSerialNumber, uint64(d.FileIndexHigh)<<32|uint64(d.FileIndexLow)), nil
}

// syncDir does nothing: Windows has no sync of directories.
func syncDir(*os.Root) error { return nil }

// rmdir removes the empty directory name of dir.
//
// RACE: a file that takes the name between the look and Remove is removed;
// Windows offers no removal of directories relative to a handle.
func rmdir(dir *os.Root, name string) error {
	fi, err := dir.Lstat(name)
	if err != nil {
		return err
	}
	if !fi.IsDir() {
		return &fs.PathError{Op: "rmdir", Path: name, Err: syscall.ENOTDIR}
	}
	return dir.Remove(name)
}
