package resources

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A tree that cannot be written to stops a pull with the code for that, and nothing
// is changed.
func TestL7_ReadOnlyTree(t *testing.T) {
	inside(t, func(t *testing.T, dir string) {
		dir = filepath.Join(dir, "stage")
		tree := filepath.Join(dir, "tree")
		mount(t, tree, plenty, 0)
		v := place(t, dir, sceneOf(t, "pull replace"), 2)
		mount(t, tree, plenty, syscall.MS_REMOUNT|syscall.MS_RDONLY)
		code, said := run(t, v.Command(t.Context(), "apply", "--auto-approve"))
		if code != exitDisk || !strings.Contains(said, "read-only file system") {
			t.Errorf("exit code %d: %s", code, said)
		}
		if err := v.Stage.Intact(); err != nil {
			t.Error(err)
		}
		mount(t, tree, plenty, syscall.MS_REMOUNT)
		if err := v.Recover(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// With 64 descriptors an apply that wants hundreds of connections and files works,
// if more slowly.
func TestR2_FewDescriptors(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	for _, scene := range []string{"push parts", "pull ranges", "pull replace"} {
		v := place(t, filepath.Join(t.TempDir(), "stage"), sceneOf(t, scene), 16)
		c := v.Command(t.Context(), "apply", "--auto-approve")
		c.Args = append([]string{"sh", "-c", `ulimit -n 64 && exec "$0" "$@"`, c.Path}, c.Args[1:]...)
		c.Path = shell
		if code, said := run(t, c); code != 0 {
			t.Errorf("%s: exit code %d: %s", scene, code, said)
		}
		if err := v.Recover(t.Context()); err != nil {
			t.Errorf("%s: %v", scene, err)
		}
	}
}

// A directory that an unprivileged user may not read hides what is below it: nothing
// there is deleted, the rest goes on, and the code tells that it is not all.
func TestD8_DirectoryThatMayNotBeRead(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() == 0 {
		openWay(t, dir)
	}
	v := place(t, filepath.Join(dir, "stage"), sceneOf(t, "push replace"), 2)
	secret := filepath.Join(v.Stage.Tree, "dir")
	if err := os.Mkdir(secret, 0); err != nil {
		t.Fatal(err)
	}
	c := v.Command(t.Context(), "apply", "--auto-approve")
	if os.Geteuid() == 0 {
		unprivileged(t, c, v.Stage.Dir)
	}
	code, said := run(t, c)
	if code != 3 || !strings.Contains(said, "dir/") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if err := v.Stage.Intact(); err != nil {
		t.Error(err)
	}
}

// openWay lets everybody get to a folder of the test.
func openWay(t *testing.T, dir string) {
	t.Helper()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil { // the test's, too
		t.Fatal(err)
	}
	for above := dir; above != "/"; above = filepath.Dir(above) {
		if info, err := os.Stat(above); err != nil || info.Mode()&0o001 == 0 {
			t.Skipf("others cannot pass %q: %v", above, err)
		}
	}
}

// unprivileged has a command run as somebody who owns a folder and has no rights
// beyond that.
func unprivileged(t *testing.T, c *exec.Cmd, folder string) {
	t.Helper()
	const nobody = 65534
	err := filepath.WalkDir(folder, func(name string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, nobody, nobody)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}
