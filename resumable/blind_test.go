package resumable

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/disk"
)

// On a file system that is blind to case, or to how an accent is composed, the
// second of two names is refused where it would be published, however late the
// first one came: a link never replaces.
func TestK7_K8_SecondOfTwoNamesThatAreOne(t *testing.T) {
	composed := strings.NewReplacer("e\u0301", "\u00e9")
	for _, names := range [][2]string{{"README", "Readme"}, {"caf\u00e9", "cafe\u0301"}} {
		root, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		blind := func(root *os.Root, oldname, newname string) error {
			entries, err := fs.ReadDir(root.FS(), ".")
			if err != nil {
				return err
			}
			for _, e := range entries {
				if strings.EqualFold(composed.Replace(e.Name()), composed.Replace(newname)) {
					return &os.LinkError{Op: "link", Old: oldname, New: newname, Err: fs.ErrExist}
				}
			}
			return disk.Link(root, oldname, newname)
		}
		for i, name := range names {
			if err := root.WriteFile("temp", []byte(name), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := publishNew(root, blind, "temp", name); errors.Is(err, fs.ErrExist) != (i == 1) {
				t.Errorf("%q: %v", name, err)
			}
		}
		if content, err := root.ReadFile(names[0]); err != nil || string(content) != names[0] {
			t.Errorf("%q holds %q: %v", names[0], content, err)
		}
	}
}
