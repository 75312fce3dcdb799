package stage

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open makes a stage on which the apply of a scene has ended well.
func open(t *testing.T, scene Scene) *Stage {
	t.Helper()
	st, err := Open(filepath.Join(t.TempDir(), "stage"), scene, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := st.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := st.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st
}

// Each scene can be played, and needs what Bytes says.
func TestScenes(t *testing.T) {
	for _, scene := range Scenes() {
		t.Run(scene.Name, func(t *testing.T) {
			open(t, scene)
			if scene.Bytes() <= 0 {
				t.Errorf("%d bytes to be moved", scene.Bytes())
			}
		})
	}
}

// The judge sees what a crash may do wrong.
func TestJudgeIsNotBlind(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name, scene string
		wrong       func(st *Stage) error
		want        string // of the error
	}{
		{"torn file", "pull small", func(st *Stage) error { return st.write(filepath.Join(st.Tree, "z"), "zz") }, `"z" is neither`},
		{"file of nobody", "pull small", func(st *Stage) error { return st.write(filepath.Join(st.Tree, "y"), "") }, `"y" is neither`},
		{"file lost", "pull replace", func(st *Stage) error { return os.Remove(filepath.Join(st.Tree, "same")) }, `"same" is gone`},
		{"trash lost", "pull replace", func(st *Stage) error { return os.RemoveAll(filepath.Join(st.Tree, ".osssync")) }, "trash"},
		{"object lost", "push replace", func(st *Stage) error { return st.put(prefix+"same", Absent) }, `"same" is gone`},
		{"object torn", "push parts", func(st *Stage) error { return st.put(prefix+"a", "sm") }, `"a" is neither`},
		{"source changed", "push parts", func(st *Stage) error { return st.write(filepath.Join(st.Tree, "a"), "") }, "source"},
		{"outside the tree", "pull small", func(st *Stage) error { return st.write(filepath.Join(st.Dir, "more"), "") }, "outside the tree"},
		{"canary file gone", "pull small", func(st *Stage) error { return os.Remove(filepath.Join(st.Dir, "treecanary")) }, "outside the tree"},
		{"outside the prefix", "push parts", func(st *Stage) error { return st.put("www1", "") }, "outside the prefix"},
		{"not at the goal", "pull small", func(st *Stage) error { return os.Remove(filepath.Join(st.Tree, "a")) }, `"a" is missing`},
		{"temporary file", "pull small", func(st *Stage) error { return st.write(filepath.Join(st.Tree, ".osssync-tmp-A"), "") }, "temporary file"},
		{"checkpoint", "push parts", func(st *Stage) error { return leave(st, "checkpoints", "x") }, "state folder"},
		{"unfinished record", "push parts", func(st *Stage) error { return leave(st, "checkpoints", ".record-1") }, "state folder"},
		{"plan", "push parts", func(st *Stage) error { return leave(st, "plans", "plan-1") }, "state folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var scene Scene
			for _, s := range Scenes() {
				if s.Name == c.scene {
					scene = s
				}
			}
			st := open(t, scene)
			if err := c.wrong(st); err != nil {
				t.Fatal(err)
			}
			if err := st.Settled(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	st := open(t, Scenes()[0])
	if err := st.NoUploads(ctx); err != nil {
		t.Error(err)
	}
	begun, err := st.other.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + "begun")})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.NoUploads(ctx); err == nil || !strings.Contains(err.Error(), *begun.UploadId) {
		t.Errorf("with one pending: %v", err)
	}
}

// leave makes a file in a folder of the state.
func leave(st *Stage, folder, name string) error {
	folders, err := filepath.Glob(filepath.Join(st.State, "*"))
	if err != nil {
		return err
	}
	return st.write(filepath.Join(folders[0], folder, name), "")
}

func TestLevelAsked(t *testing.T) {
	for name, ok := range map[string]bool{"": true, "pr": true, "nightly": true, "release": true, "PR": false} {
		t.Setenv("CHAOS", name)
		if l, err := LevelAsked(); (err == nil) != ok || ok && l.Name != name {
			t.Errorf("%q: %+v, %v", name, l, err)
		}
	}
}
