//go:build unix

package localfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// On random trees with links, pipes and names that are no keys, and directories that
// fail in every way, a walk that reads ahead shows what one shows that does not.
func TestReadingAheadShowsTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		dirs := plantAny(rt, dir)
		r, err := OpenRoot(dir)
		if err != nil {
			rt.Fatal(err)
		}
		defer r.Close()
		drawFaults(rt, dirs).in(r)
		opts := WalkOptions{Symlinks: rapid.SampledFrom([]SymlinkMode{SkipSymlinks, FollowSymlinks, RefuseSymlinks}).Draw(rt, "links")}
		if hidden := rapid.SampledFrom(append(dirs, "")).Draw(rt, "not matched"); hidden != "" {
			opts.MatchDir = func(path string) bool { return path != hidden }
		}
		walked := map[int][]string{}
		for _, width := range []int{0, 1, 4} {
			r.width = width
			opts.Temp = func(path string) { walked[width] = append(walked[width], "temp "+path) }
			for e, err := range r.Walk(t.Context(), opts) {
				walked[width] = append(walked[width], fmt.Sprint(e, err))
			}
		}
		for _, width := range []int{1, 4} {
			if diff := cmp.Diff(walked[0], walked[width]); diff != "" {
				rt.Fatalf("%d at a time (-serial +ahead):\n%s", width, diff)
			}
		}
	})
}

// plantAny fills dir and returns the paths of the directories in it.
func plantAny(t *rapid.T, dir string) (dirs []string) {
	name := rapid.SampledFrom([]string{"a", "a!", "a-", "b", "c", "d", "\\x", "x\xff", "y\x7f", ".osssync", TempPrefix + "1", "Z"})
	for _, parts := range rapid.SliceOfN(rapid.SliceOfN(name, 1, 4), 0, 30).Draw(t, "paths") {
		path := strings.Join(parts, "/")
		if os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o755) != nil {
			continue
		}
		full := filepath.Join(dir, path)
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			os.Symlink(rapid.SampledFrom([]string{"a", "..", "../b", "/", "nowhere", "a/b"}).Draw(t, "target"), full)
		case 1:
			syscall.Mkfifo(full, 0o600)
		case 2, 3:
			os.Mkdir(full, 0o755)
		default:
			if _, err := os.Lstat(full); errors.Is(err, fs.ErrNotExist) {
				os.WriteFile(full, []byte(path), 0o644)
			}
		}
		for above := filepath.Dir(path + "/x"); above != "."; above = filepath.Dir(above) {
			dirs = append(dirs, above)
		}
	}
	return dirs
}

// drawFaults makes some of the directories misbehave, in the same way each time.
func drawFaults(t *rapid.T, dirs []string) *faults {
	f := &faults{
		names: map[string]func([]string) ([]string, error){},
		lstat: map[string]func(fs.FileInfo, error) (fs.FileInfo, error){},
		open:  map[string]error{},
	}
	for _, dir := range rapid.SliceOfN(rapid.SampledFrom(append(dirs, "a")), 0, 4).Draw(t, "faulty") {
		switch rapid.IntRange(0, 6).Draw(t, "fault") {
		case 0:
			f.names[dir] = func([]string) ([]string, error) { return nil, errInjected }
		case 1:
			f.names[dir] = func(names []string) ([]string, error) { return append(names, names...), nil }
		case 2:
			f.lstat[dir] = func(fs.FileInfo, error) (fs.FileInfo, error) { return nil, fs.ErrNotExist }
		case 3:
			f.lstat[dir] = func(fi fs.FileInfo, err error) (fs.FileInfo, error) {
				if err != nil {
					return nil, err
				}
				return mounted{fi}, nil
			}
		case 4:
			f.open[dir] = errInjected
		case 5:
			f.open[dir] = ErrChanged
		default:
			f.open[dir] = fs.ErrNotExist
		}
	}
	return f
}

// TestLargeDirectoriesAreReadInTheirTurn walks directories of which none may be read
// ahead.
func TestLargeDirectoriesAreReadInTheirTurn(t *testing.T) {
	r := plant(t, "a/f", "b/f", "c/f", "d/f")
	const n = aheadNames + 1
	r.wrap = func(d directory) directory { return above{d} }
	count := 0
	for _, err := range r.Walk(t.Context(), WalkOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	if count != 4*n {
		t.Errorf("%d entries, want %d", count, 4*n)
	}
}

// above is a directory of which the children are wide.
type above struct{ directory }

func (a above) Open(name string) (directory, error) {
	d, err := a.directory.Open(name)
	return wide{d, aheadNames + 1}, err
}
