package spec

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestBelow(t *testing.T) {
	for _, row := range []struct {
		inner, outer, path string
		ok                 bool
	}{
		{"/a", "/a", "", true},
		{"/a/b/c", "/a", "b/c", true},
		{"/a", "/", "a", true},
		{"/ab", "/a", "", false},
		{"/a", "/a/b", "", false},
		{"/b", "/a", "", false},
		{"/a/..b", "/a", "..b", true},
	} {
		path, ok := below(filepath.FromSlash(row.inner), filepath.FromSlash(row.outer))
		if path != row.path || ok != row.ok {
			t.Errorf("%q below %q: %q, %v; want %q, %v", row.inner, row.outer, path, ok, row.path, row.ok)
		}
	}
}

func TestD27_WholeMachineWithPrune(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	t.Setenv("USERPROFILE", "/home/ada")
	for _, row := range []struct {
		local, prune string
		refused      bool
	}{
		{"/", "never", false},
		{"/", "managed", true},
		{"/", "all", true},
		{"/home", "managed", true},
		{"/home/ada", "managed", true},
		{"/home/ada/../ada/", "managed", true},
		{"..", "managed", true},
		{"/home/ada", "never", false},
		{"/home/ada/site", "all", false},
		{"/home/grace", "all", false},
	} {
		for _, direction := range []string{"to", "from"} {
			_, err := Parse("a.yaml", "/home/ada/work", []byte(fmt.Sprintf(
				"version: 1\nstores: {a: {region: cn-hangzhou}}\nmappings: [{name: a, local: %q, %s: \"oss://abc/\", prune: %s}]\n",
				row.local, direction, row.prune)))
			if refused := err != nil && strings.Contains(err.Error(), "home folder"); refused != row.refused || refused != (err != nil) {
				t.Errorf("local %q, %s, prune %s: %v", row.local, direction, row.prune, err)
			}
		}
	}
}

func TestParseFolder(t *testing.T) {
	for folder, want := range map[string]string{
		".": "/srv/x", "a/b": "/srv/x/a/b", "./a/": "/srv/x/a", "../a": "/srv/a", "/a/./b": "/a/b", "./~": "/srv/x/~", "a$b": "/srv/x/a$b",
	} {
		if _, wrong := parseFolder(folder); wrong.what != "" {
			t.Errorf("%q: %v", folder, wrong)
		}
		if got := resolve("/srv/x", folder); got != want {
			t.Errorf("%q: %q, want %q", folder, got, want)
		}
	}
	for _, folder := range []string{"", "~", "~/a", "~ada/a", "$HOME", "${HOME}/a"} {
		if _, wrong := parseFolder(folder); wrong.what == "" {
			t.Errorf("%q: no problem", folder)
		}
	}
}
