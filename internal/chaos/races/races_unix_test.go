//go:build unix

package races

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/osssync/osssync/internal/chaos/ground"
	"github.com/osssync/osssync/internal/chaos/stage"
	"github.com/osssync/osssync/internal/ossserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	pairs = 50 // folders of the tree that somebody races for
	kinds = 4  // of each race: directions, and beginnings
)

// stolen is a content that no apply may get to see.
const stolen = "not of the tree"

// must ends a race that cannot be held.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// race is what others do to a tree and what is to be true in spite of it.
type race struct {
	push  bool
	begin func(r ossserver.Request) bool // the request with which the others begin
	swap  func(st *stage.Stage, stop <-chan struct{})
	judge func(st *stage.Stage)
}

// hold has applies run while others are at work, and one without them after each.
// The rounds of the level are those of one pair, in all kinds of the race.
func (r *race) hold(t *testing.T) {
	t.Helper()
	level, err := stage.LevelAsked()
	must(t, err)
	contents := map[string]string{}
	for i := range pairs {
		contents[fmt.Sprintf("d%d/file", i)] = strings.Repeat(record(0), 10)
	}
	scene := stage.Scene{Name: "race", Push: r.push, Then: stage.Sides{Objects: contents}}
	if r.push {
		scene.Then = stage.Sides{Files: contents}
	}
	for range (level.Rounds + pairs*kinds - 1) / (pairs * kinds) {
		r.once(t, scene)
	}
}

func (r *race) once(t *testing.T, scene stage.Scene) {
	dir := ground.Memory(t)
	begun, stop := make(chan struct{}), make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	st, err := stage.Open(filepath.Join(dir, "stage"), scene, stage.Options{Workers: 4, Fault: func(request ossserver.Request) *ossserver.Fault {
		if r.begin(request) {
			begin()
		}
		return nil
	}})
	must(t, err)
	must(t, st.Ready(t.Context()))
	others(t, filepath.Join(dir, "outside"))
	must(t, os.Mkdir(filepath.Join(dir, "parked"), 0o755))
	var swapping sync.WaitGroup
	swapping.Go(func() {
		select {
		case <-begun:
			r.swap(st, stop)
		case <-stop:
		}
	})
	_, applyErr := st.Apply(t.Context(), nil)
	close(stop)
	swapping.Wait()
	untouched(t, filepath.Join(dir, "outside"))
	r.judge(st)
	if t.Failed() {
		t.Fatalf("the apply ended with: %v", applyErr)
	}
	must(t, st.Close())
	must(t, os.RemoveAll(dir))
}

// atOnce is with the first request, which is after the root was opened.
func atOnce(ossserver.Request) bool { return true }

// whileMoving is with the first content.
func whileMoving(r ossserver.Request) bool {
	return r.Operation == ossserver.PutObject || r.Operation == ossserver.GetObject
}

// everyRace holds a race for both directions and both beginnings.
func everyRace(t *testing.T, swap func(t *testing.T, st *stage.Stage, stop <-chan struct{}), judge func(t *testing.T, st *stage.Stage)) {
	for _, push := range []bool{false, true} {
		for name, begin := range map[string]func(ossserver.Request) bool{"at once": atOnce, "while moving": whileMoving} {
			t.Run(fmt.Sprintf("push=%t %s", push, name), func(t *testing.T) {
				r := race{
					push: push, begin: begin,
					swap:  func(st *stage.Stage, stop <-chan struct{}) { swap(t, st, stop) },
					judge: func(st *stage.Stage) { judge(t, st) },
				}
				r.hold(t)
			})
		}
	}
}

// others makes a folder that is not of the tree, with a file at each of its places.
func others(t *testing.T, dir string) {
	t.Helper()
	for i := range pairs {
		must(t, os.MkdirAll(filepath.Join(dir, fmt.Sprintf("d%d", i)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("d%d", i), "file"), []byte(stolen), 0o644))
	}
}

// untouched wants such a folder to be as it was.
func untouched(t *testing.T, dir string) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		if text, err := os.ReadFile(name); err != nil || string(text) != stolen {
			t.Errorf("outside the tree: %q is %q, %v", name, text, err)
		}
		return nil
	})
	if err != nil || n != pairs {
		t.Errorf("%d files outside the tree, want %d: %v", n, pairs, err)
	}
}

// settles wants no object to have come from outside the tree, and the next applies to
// put everything right.
func settles(t *testing.T, st *stage.Stage) {
	t.Helper()
	objects, err := st.Objects()
	must(t, err)
	for path, content := range objects {
		if want := st.Scene.Goal()[path]; content != want {
			t.Errorf("object %q is %.40q, want %.40q", path, content, want)
		}
	}
	if err := st.Settle(t.Context()); err != nil {
		t.Errorf("after the race: %v", err)
	}
}

// until has do done again and again.
func until(stop <-chan struct{}, do func()) {
	for {
		select {
		case <-stop:
			return
		default:
			do()
		}
	}
}

// Folders that become links out of the tree while an apply is under way lead it
// nowhere.
func TestL3_P9_LinkRace(t *testing.T) {
	everyRace(t, func(t *testing.T, st *stage.Stage, stop <-chan struct{}) {
		above := filepath.Dir(st.Dir)
		var all sync.WaitGroup
		for i := range pairs {
			name := fmt.Sprintf("d%d", i)
			folder, aside := filepath.Join(st.Tree, name), filepath.Join(above, "parked", name)
			all.Go(func() {
				until(stop, func() {
					// A pull makes folders where it finds none: those stay.
					if err := os.Rename(folder, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
						t.Error(err)
					}
					if os.Symlink(filepath.Join(above, "outside", name), folder) == nil {
						_ = os.Remove(folder)
					}
					if os.Rename(aside, folder) != nil {
						_ = os.RemoveAll(aside)
					}
				})
			})
		}
		all.Wait()
	}, settles)
}

// A root that becomes another folder while an apply is under way is noticed, and the
// other one neither read nor written.
func TestL4_RootRace(t *testing.T) {
	everyRace(t, func(t *testing.T, st *stage.Stage, stop <-chan struct{}) {
		above := filepath.Dir(st.Dir)
		parked, outside := filepath.Join(above, "parked", "tree"), filepath.Join(above, "outside")
		until(stop, func() {
			for _, move := range [][2]string{{st.Tree, parked}, {outside, st.Tree}, {st.Tree, outside}, {parked, st.Tree}} {
				if err := os.Rename(move[0], move[1]); err != nil {
					t.Error(err)
				}
			}
		})
	}, settles)
}

// record is 16 bytes of a version of a file, which is whole if all its records are of
// one version.
func record(version int) string { return fmt.Sprintf("%015d\n", version) }

func isWhole(content string) bool {
	return len(content) >= len(record(0)) && content == strings.Repeat(content[:len(record(0))], len(content)/len(record(0)))
}

// Files that are replaced and appended to while an apply is under way are moved as
// they were at one instant, or not.
func TestP1_L5_EditorRace(t *testing.T) {
	everyRace(t, func(t *testing.T, st *stage.Stage, stop <-chan struct{}) {
		above := filepath.Dir(st.Dir)
		for version := 1; ; version++ {
			select {
			case <-stop:
				return
			default:
			}
			i := version % pairs
			file, aside := filepath.Join(st.Tree, fmt.Sprintf("d%d", i), "file"), filepath.Join(above, "parked", "file")
			must := func(err error) {
				if err != nil && !errors.Is(err, fs.ErrNotExist) { // a pull has not made the folder yet
					t.Error(err)
				}
			}
			must(os.WriteFile(aside, []byte(strings.Repeat(record(version), 5+version%7)), 0o644))
			must(os.Rename(aside, file))
			if f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0); err == nil {
				if text, err := os.ReadFile(file); err == nil && len(text) >= len(record(0)) && string(text[:len(record(0))]) == record(version) {
					_, err = f.WriteString(record(version))
					must(err)
				}
				must(f.Close())
			}
		}
	}, func(t *testing.T, st *stage.Stage) {
		objects, err := st.Objects()
		must(t, err)
		for path, content := range objects {
			if !isWhole(content) {
				t.Errorf("object %q is torn: %.80q", path, content)
			}
		}
		for i := range pairs {
			file := filepath.Join(st.Tree, fmt.Sprintf("d%d", i), "file")
			if text, err := os.ReadFile(file); err == nil && !isWhole(string(text)) {
				t.Errorf("file %q is torn: %.80q", file, text)
			}
		}
	})
}
