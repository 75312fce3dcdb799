package resources

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// insideVariable tells the test binary that it is in a namespace already, and where
// the program is.
const insideVariable = "OSSSYNC_TEST_INSIDE"

// inside runs the body of the test in a namespace of users and mounts, as root of
// it. The body gets a folder for the test.
func inside(t *testing.T, body func(t *testing.T, dir string)) {
	t.Helper()
	if os.Getenv(insideVariable) != "" {
		dir, err := os.MkdirTemp("", "osssync")
		if err != nil {
			t.Fatal(err)
		}
		body(t, dir) // what is mounted goes with the namespace, the rest is the parent's
		return
	}
	dir := t.TempDir()
	if memory, err := os.MkdirTemp("/dev/shm", "osssync"); err == nil {
		dir = memory
		t.Cleanup(func() {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		})
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	c.Env = append(os.Environ(), insideVariable+"="+program(t), "TMPDIR="+dir)
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	text, err := c.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Skipf("no namespaces: %v", err)
	}
	if strings.Contains(string(text), noMounts) {
		t.Skip(noMounts)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	t.Logf("%s", text)
}

// noMounts is what a namespace says that lets nobody mount.
const noMounts = "no mounts in this namespace"

// mount mounts a file system in memory of so many bytes, or gives one that is there
// another size.
func mount(t *testing.T, path string, size int64, flags uintptr) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	err := syscall.Mount("none", path, "tmpfs", flags, "mode=755,size="+itoa(size))
	if errors.Is(err, syscall.EPERM) && flags == 0 {
		t.Fatal(noMounts)
	}
	if err != nil {
		t.Fatalf("tmpfs of %d bytes: %v", size, err)
	}
}

// used is how many bytes of a file system are not free.
func used(t *testing.T, path string) int64 {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Blocks-s.Bfree) * int64(s.Bsize)
}
