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
