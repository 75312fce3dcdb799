package localfs

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
)

const onWindows = true

const openFlags = os.O_RDONLY

// inodeOf gives nothing: a Windows FileInfo has neither change time nor index.
func inodeOf(fs.FileInfo) (ctimeNs int64, inode, dev uint64) { return 0, 0, 0 }

// identity names the directory behind root by volume and file index.
func identity(root *os.Root) (string, error) {
	f, err := disk.Open(root, ".")
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
