package reconcile

import (
	"testing"

	"golang.org/x/sys/unix"
)

// mount mounts an empty file system at dir until unmount is called.
func mount(t *testing.T, dir string) (unmount func()) {
	t.Helper()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("mount: %v", err)
	}
	mounted := true
	unmount = func() {
		if !mounted {
			return
		}
		mounted = false
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(unmount)
	return unmount
}
