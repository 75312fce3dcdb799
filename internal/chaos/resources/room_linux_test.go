package resources

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/osssync/osssync/internal/chaos/crash"
	"github.com/osssync/osssync/internal/chaos/stage"
)

const (
	step     = 4 << 10 // bytes of a page, by which a file system in memory gives room
	plenty   = 64 << 20
	exitDisk = 11
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// sceneOf finds a scene by its name.
func sceneOf(t *testing.T, name string) stage.Scene {
	t.Helper()
	for _, scene := range stage.Scenes() {
		if scene.Name == name {
			return scene
		}
	}
	t.Fatalf("no scene %q", name)
	return stage.Scene{}
}

// place sets a victim up; the test ends it.
func place(t *testing.T, dir string, scene stage.Scene, workers int) *crash.Victim {
	t.Helper()
	v, err := crash.Place(t.Context(), dir, program(t), scene, workers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// run lets a command end, and gives its exit code and what it said.
func run(t *testing.T, c *exec.Cmd) (code int, said string) {
	t.Helper()
	text, err := c.CombinedOutput()
	if code, err = crash.ExitCode(err); err != nil {
		t.Fatal(err)
	}
	return code, string(text)
}

// Disks that are too small by ever fewer steps of 4 KiB stop an apply with the code
// for that. No file is torn or lost, no temporary file lies about but those that a
// checkpoint goes on with; and with room the next apply does the rest.
func TestL6_S12_FullDisk(t *testing.T) {
	inside(t, func(t *testing.T, dir string) {
		level, err := stage.LevelAsked()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ scene, folder string }{
			{"pull ranges", "tree"}, {"pull replace", "tree"}, {"pull replace", "state"}, {"push parts", "state"},
		} {
			full, room := 0, 0
			for n := 0; n < level.SpaceSteps*3 && room < 2; n++ {
				name := fmt.Sprintf("%s-%s-%d", strings.ReplaceAll(c.scene, " ", "-"), c.folder, n)
				if fillUp(t, filepath.Join(dir, name), sceneOf(t, c.scene), c.folder, n, level.SpaceSteps) {
					full++
				} else {
					room++
				}
			}
			t.Logf("%s, %s: %d disks were too small", c.scene, c.folder, full)
			if full == 0 {
				t.Errorf("%s, %s: no disk was too small", c.scene, c.folder)
			}
		}
	})
}

// fillUp applies with so many of some steps of room on the disk of a folder, and
// then with plenty. It reports whether the disk was full.
func fillUp(t *testing.T, dir string, scene stage.Scene, folder string, n, steps int) (full bool) {
	t.Helper()
	disk := filepath.Join(dir, folder)
	mount(t, disk, plenty, 0)
	v := place(t, dir, scene, 2)
	// The state takes some pages, the tree all that has to be moved.
	most := int64(64 << 10)
	if folder == "tree" {
		most = scene.Bytes() + 64<<10
	}
	begin := used(t, disk)
	each := max(most/int64(steps)/step, 1) * step
	mount(t, disk, begin+step+int64(n)*each, syscall.MS_REMOUNT)
	code, said := run(t, v.Command(t.Context(), "apply", "--auto-approve"))
	if code != 0 && (code != exitDisk || !strings.Contains(said, "no space left on device") && !strings.Contains(said, "bytes, and")) {
		t.Errorf("%s, %d bytes for %s: exit code %d: %s", scene.Name, int64(n)*each, folder, code, said)
	}
	if err := v.Stage.Intact(); err != nil {
		t.Errorf("%s, %d bytes for %s: %v", scene.Name, int64(n)*each, folder, err)
	}
	if err := v.Stage.NoTemps(); code == exitDisk && err != nil {
		t.Errorf("%s, %d bytes for %s: %v", scene.Name, int64(n)*each, folder, err)
	}
	mount(t, disk, plenty, syscall.MS_REMOUNT)
	if err := v.Recover(t.Context()); err != nil {
		t.Errorf("%s, %d bytes for %s: %v", scene.Name, int64(n)*each, folder, err)
	}
	return code == exitDisk
}
