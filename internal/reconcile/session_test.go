package reconcile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/osssync/osssync/spec"
)

// TestEmbeddedStore goes the way of the command line: Open, with a store in a
// folder, whose bucket it makes.
func TestEmbeddedStore(t *testing.T) {
	dir := t.TempDir()
	s, err := spec.Parse(filepath.Join(dir, "osssync.yaml"), dir, []byte(`
version: 1
stores: {box: {embedded: box}}
mappings:
  - {name: up, local: tree, to: oss://my-bucket/www/, store: box}
  - {name: down, local: copy, from: oss://my-bucket/www/, store: box}
`))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "tree"), 0o755), os.WriteFile(filepath.Join(dir, "tree", "a"), []byte("a"), 0o644)); err != nil {
		t.Fatal(err)
	}
	options := Options{StateDir: filepath.Join(dir, "state")}
	if _, err := Open(ctx, s, []string{"none"}, options); !errors.Is(err, ErrUnknownMapping) {
		t.Errorf("%v", err)
	}
	session, err := Open(ctx, s, nil, options)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for i := range s.Mappings {
		p, err := session.Prepare(ctx, &s.Mappings[i], nil)
		if err != nil {
			t.Fatal(err)
		}
		if report, err := p.Run(ctx, nil, nil); err != nil || report.Done != 1 {
			t.Errorf("%+v, %v", report, err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if content, err := os.ReadFile(filepath.Join(dir, "copy", "a")); err != nil || string(content) != "a" {
		t.Errorf("%q, %v", content, err)
	}
}

// TestY11_TreesElsewhere has a spec that names folders outside those that whoever
// runs it allows.
func TestY11_TreesElsewhere(t *testing.T) {
	dir := t.TempDir()
	work, outside := filepath.Join(dir, "work"), filepath.Join(dir, "outside")
	if err := errors.Join(os.Mkdir(work, 0o755), os.Mkdir(outside, 0o755), os.Symlink(outside, filepath.Join(work, "link"))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, local, box string
		allowed          []string
		ok               bool
	}{
		{"inside", "tree", "box", []string{work}, true},
		{"one of several", "tree", "../outside/box", []string{outside, work}, true},
		{"the folder itself", ".", ".osssync/box", []string{work}, true},
		{"anywhere", "../outside", "box", nil, true},
		{"above", "..", "box", []string{work}, false},
		{"beside", "../outside", "box", []string{work}, false},
		{"name that begins alike", "../workshop", "box", []string{work}, false},
		{"absolute", outside, "box", []string{work}, false},
		{"through a link", "link/etc", "box", []string{work}, false},
		{"store", "tree", "../outside/box", []string{work}, false},
		{"store through a link", "tree", "link/box", []string{work}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := spec.Parse(filepath.Join(work, "osssync.yaml"), work, []byte(`
version: 1
stores: {box: {embedded: `+c.box+`}}
mappings: [{name: down, local: `+c.local+`, from: oss://my-bucket/www/, exclude: ["box/"]}]
`))
			if err != nil {
				t.Fatal(err)
			}
			session, err := Open(ctx, s, nil, Options{StateDir: filepath.Join(dir, "state"), AllowedRoots: c.allowed})
			if c.ok {
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(session.Close(), os.RemoveAll(s.Stores[0].Embedded)); err != nil {
					t.Fatal(err)
				}
				return
			}
			var setup *SetupError
			if !errors.As(err, &setup) || setup.Hint == "" {
				t.Errorf("%v", err)
			}
			if _, err := os.Lstat(s.Stores[0].Embedded); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the store was made: %v", err)
			}
		})
	}
}
