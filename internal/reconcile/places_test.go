package reconcile

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

// linked makes a folder with folders, and symbolic links "link" to each of them
// by the names of to.
func linked(t *testing.T, links map[string]string, folders ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range links {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// opened opens the spec of dir that has these stores and mappings, and closes it.
func opened(t *testing.T, dir, stores string, mappings ...string) error {
	t.Helper()
	text := "version: 1\nstores: {" + stores + "}\nmappings:\n"
	for i, m := range mappings {
		text += fmt.Sprintf("  - {name: m%d, %s}\n", i, m)
	}
	s, err := spec.Parse(filepath.Join(dir, "osssync.yaml"), dir, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	session, err := Open(ctx, s, nil, Options{StateDir: filepath.Join(dir, "state")})
	if err != nil {
		return err
	}
	return session.Close()
}

// refusedSetup fails unless err refuses the setup with a fact that has text, or is
// nil if text is empty.
func refusedSetup(t *testing.T, err error, text string) {
	t.Helper()
	var setup *SetupError
	switch {
	case text == "" && err != nil, text != "" && err == nil:
		t.Errorf("%v", err)
	case text != "" && (!errors.As(err, &setup) || setup.Hint == "" || !strings.Contains(setup.Fact, text)):
		t.Errorf("%v", err)
	}
}

// TestD27_WholeMachineByALink has trees that are the home folder, the one above it
// or the file system, but are not written so.
func TestD27_WholeMachineByALink(t *testing.T) {
	dir := linked(t, map[string]string{"home": "users/ada", "above": "users", "machine": "/", "site": "users/ada/site"}, "users/ada/site")
	t.Setenv("HOME", filepath.Join(dir, "users", "ada"))
	t.Setenv("USERPROFILE", filepath.Join(dir, "users", "ada"))
	const refused = "home folder"
	for _, c := range []struct{ local, prune, want string }{
		{"home", "all", refused},
		{"home", "managed", refused},
		{"home", "never", ""},
		{"above", "all", refused},
		{"machine", "managed", refused},
		{"site", "all", ""},
		{"home/site", "all", ""},
		{"home/none", "all", ""},
	} {
		t.Run(c.local+" "+c.prune, func(t *testing.T) {
			refusedSetup(t, opened(t, dir, "box: {embedded: box}", "local: "+c.local+`, from: "oss://my-bucket/", prune: `+c.prune), c.want)
		})
	}
	t.Run("no variable names it", func(t *testing.T) {
		account, err := user.Current()
		if err != nil {
			t.Skip(err)
		}
		t.Setenv("HOME", "")
		t.Setenv("USERPROFILE", "")
		err = opened(t, dir, "box: {embedded: box}", fmt.Sprintf(`local: %q, from: "oss://my-bucket/", prune: all`, account.HomeDir))
		refusedSetup(t, err, refused)
	})
}

// TestD23_TreesThatAreOneByALink has mappings that would undo each other's work,
// though their folders are written apart.
func TestD23_TreesThatAreOneByALink(t *testing.T) {
	for _, c := range []struct {
		name, one, other, want string
	}{
		{"two pulls, one folder", "local: real, from: oss://my-bucket/a/", "local: link, from: oss://my-bucket/b/", "overlaps"},
		{"pull below a push", "local: real, to: oss://my-bucket/a/", "local: link/sub, from: oss://my-bucket/b/", "overlaps"},
		{"push below a pull", "local: link/sub, to: oss://my-bucket/a/", "local: real, from: oss://my-bucket/b/", "overlaps"},
		{"two pushes", "local: real, to: oss://my-bucket/a/", "local: link, to: oss://my-bucket/b/", ""},
		{"the outer one excludes it", "local: real, to: oss://my-bucket/a/, exclude: [sub/]", "local: link/sub, from: oss://my-bucket/b/", ""},
		{"beside", "local: real, from: oss://my-bucket/a/", "local: elsewhere, from: oss://my-bucket/b/", ""},
		{"objects of the store", "local: objects, from: oss://my-bucket/a/", "local: real, from: oss://my-bucket/b/", "folder of store"},
		{"below the objects of the store", "local: objects/sub, to: oss://my-bucket/a/", "local: real, from: oss://my-bucket/b/", "folder of store"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := linked(t, map[string]string{"link": "real", "elsewhere": "third", "objects": "box"}, "real/sub", "third", "box/sub")
			refusedSetup(t, opened(t, dir, "box: {embedded: box}", c.one, c.other), c.want)
			if _, err := os.Stat(filepath.Join(dir, "box", "LOCK")); c.want != "" && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the store was opened: %v", err)
			}
		})
	}
	t.Run("two stores, one folder", func(t *testing.T) {
		dir := linked(t, map[string]string{"link": "box"}, "box")
		refusedSetup(t, opened(t, dir, "a: {embedded: box}, b: {embedded: link}",
			"local: one, from: oss://my-bucket/, store: a", "local: two, from: oss://my-bucket/, store: b"), "are one folder")
	})
}

// TestC1_OneLockByEveryWay has the spec named through links: the mapping has one
// state, and so one lock, unless the root itself is what a link makes of it.
func TestC1_OneLockByEveryWay(t *testing.T) {
	dir := linked(t, map[string]string{"way": "project", "project/linked.yaml": "osssync.yaml", "project/current": "release"}, "project/tree", "project/release")
	state := func(way, name, local string) string {
		path := filepath.Join(dir, way, name)
		s, err := spec.Parse(path, filepath.Dir(path), []byte("version: 1\nstores: {box: {embedded: box}}\nmappings: [{name: m, local: "+local+", from: oss://my-bucket/}]\n"))
		if err != nil {
			t.Fatal(err)
		}
		session, err := Open(ctx, s, nil, Options{StateDir: filepath.Join(dir, "state")})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		return session.stateOf(&s.Mappings[0])
	}
	if err := os.WriteFile(filepath.Join(dir, "project", "osssync.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want := state("project", "osssync.yaml", "tree")
	for _, c := range []struct {
		way, name, local string
		same             bool
	}{
		{"way", "osssync.yaml", "tree", true},
		{"project", "linked.yaml", "tree", true},
		{"way", "linked.yaml", "./tree", true},
		{"project", "osssync.yaml", filepath.Join(dir, "way", "tree"), true},
		{"project", "osssync.yaml", "other", false},
		{"project", "osssync.yaml", "current", false},
	} {
		if got := state(c.way, c.name, c.local); got == want != c.same {
			t.Errorf("%+v: %s, the first %s", c, got, want)
		}
	}
	for _, data := range []string{"..1", "..2"} { // editions of a ConfigMap
		if err := os.Mkdir(filepath.Join(dir, "project", data), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "project", data, "mapped.yaml"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, "project", name)), os.Symlink(to, filepath.Join(dir, "project", name))); err != nil {
			t.Fatal(err)
		}
	}
	link("..data/mapped.yaml", "mapped.yaml")
	link("..1", "..data")
	mapped := state("project", "mapped.yaml", "tree")
	link("..2", "..data")
	if next := state("way", "mapped.yaml", "tree"); next != mapped {
		t.Errorf("the next edition has another state: %s, %s", next, mapped)
	}
	before := state("project", "osssync.yaml", "current")
	link("tree", "current")
	if after := state("project", "osssync.yaml", "current"); after != before {
		t.Errorf("the next release has another state: %s, %s", before, after)
	}
}
