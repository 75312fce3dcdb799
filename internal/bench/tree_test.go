package bench

import (
	"bytes"
	"crypto/md5"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var few = tree{name: "few", files: 300, least: 10, most: 99, first: 5000, folder: 7, seed: 1}

// look reads a planted tree: path to time stamp and content.
func look(t *testing.T, f fixture) map[string]string {
	t.Helper()
	seen := map[string]string{}
	err := filepath.WalkDir(f.local(), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		info, err := e.Info()
		path, _ := filepath.Rel(f.local(), name)
		seen[filepath.ToSlash(path)] = info.ModTime().UTC().String() + " " + string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestPlant(t *testing.T) {
	dir := t.TempDir()
	f, err := plant(dir, few)
	if err != nil {
		t.Fatal(err)
	}
	first := look(t, f)
	if len(first) != few.files {
		t.Fatalf("%d files", len(first))
	}
	edited := few
	edited.edited = true
	if _, err := plant(dir, edited); err != nil {
		t.Fatal(err)
	}
	changed, grown := 0, 0
	for path, now := range look(t, f) {
		if now != first[path] {
			changed++
			_, before, _ := strings.Cut(first[path], "UTC ")
			_, after, _ := strings.Cut(now, "UTC ")
			grown += len(after) - len(before)
		}
	}
	if changed != 3 || grown != 3 {
		t.Errorf("%d files changed, %d bytes more; want 3 and 3", changed, grown)
	}
	if _, err := plant(dir, few); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, look(t, f)); diff != "" {
		t.Errorf("edits undone (-before +after):\n%s", diff)
	}
	other := few
	other.files = 8
	if _, err := plant(dir, other); err != nil || len(look(t, f)) != 8 {
		t.Errorf("another tree of that name: %v, %d files", err, len(look(t, f)))
	}
}

func TestPlantLeavesForeignFolders(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, few.name, "mine")
	if err := os.MkdirAll(mine, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := plant(dir, few); err == nil || !strings.Contains(err.Error(), "no tree of the benchmarks") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

// A half tree is made anew.
func TestPlantAfterInterruption(t *testing.T) {
	dir := t.TempDir()
	f := fixture{dir: filepath.Join(dir, few.name)}
	if err := os.MkdirAll(filepath.Join(f.local(), "rest"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.note(), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := plant(dir, few); err != nil || len(look(t, f)) != few.files {
		t.Errorf("%v, %d files", err, len(look(t, f)))
	}
}

func TestObjectsAreTheFiles(t *testing.T) {
	all, err := few.objects("p/")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for i, o := range all {
		var content bytes.Buffer
		if err := few.file(i).write(&content, make([]byte, 7)); err != nil {
			t.Fatal(err)
		}
		if o.Key != "p/"+few.file(i).path || o.Size != int64(content.Len()) || o.MD5 != md5.Sum(content.Bytes()) {
			t.Errorf("%+v, content of %d bytes", o, content.Len())
		}
		keys = append(keys, o.Key)
	}
	if !slices.IsSorted(keys) {
		t.Error("keys out of order")
	}
	if all[0].Size != few.first {
		t.Errorf("first file of %d bytes", all[0].Size)
	}
}

func TestScaled(t *testing.T) {
	small := tree{name: "small", files: 200_000, folder: 100, least: 100, most: 1024}.scaled(1000)
	large := tree{name: "large", files: 9, least: 128 * mib, most: 128 * mib, first: 2 * gib}.scaled(1024)
	if small.name != "small-1000" || small.files != 200 || small.most != 1024 {
		t.Errorf("%+v", small)
	}
	if large.files != 9 || large.most != 128<<10 || large.first != 2*mib {
		t.Errorf("%+v", large)
	}
	if few.scaled(1) != few {
		t.Errorf("%+v", few.scaled(1))
	}
}
