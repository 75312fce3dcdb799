package fault_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/osssync/osssync/internal/fault"
)

func TestL6_L7_Disk(t *testing.T) {
	disk := sort{fault.Disk, true, "free space"}
	for _, errno := range diskErrnos {
		t.Run(errno.Error(), func(t *testing.T) {
			check(t, &fs.PathError{Op: "write", Path: "file", Err: errno}, disk)
			check(t, &os.LinkError{Op: "rename", Old: "a", New: "b", Err: errno}, disk)
		})
	}
}

func TestL7_NoAccess(t *testing.T) {
	want := sort{fault.NoAccess, false, "may not be read or written by this user"}
	for _, err := range []error{
		&fs.PathError{Op: "mkdirat", Path: "dir", Err: syscall.EACCES},
		&fs.PathError{Op: "open", Path: "dir/.osssync-tmp", Err: syscall.EPERM},
		&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EACCES},
		os.NewSyscallError("openat", syscall.EACCES),
		fs.ErrPermission,
	} {
		check(t, err, want)
	}
	// A refusal is the network's where the network was asked, and no reason to look
	// at permissions when the run was interrupted as well.
	firewall := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.EACCES)}
	check(t, firewall, sort{fault.Remote, true, "run again"})
	check(t, errors.Join(context.Canceled, fs.ErrPermission), sort{fault.Interrupted, true, ""})
}

func TestLocal(t *testing.T) {
	// Trouble of one name is not trouble of the run. Its errors come from the
	// system, where every error number looks like one of the network.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, missing := os.Open(filepath.Join(dir, "none"))
	_, notDir := os.Open(filepath.Join(dir, "file", "below"))
	_, exists := os.OpenFile(filepath.Join(dir, "file"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	_, isDir := os.ReadFile(dir)
	for name, err := range map[string]error{
		"missing": missing, "not a directory": notDir, "exists": exists, "is a directory": isDir,
	} {
		t.Run(name, func(t *testing.T) { check(t, err, sort{fault.Other, false, ""}) })
	}
}
