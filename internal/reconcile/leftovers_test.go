package reconcile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// L17: what killed downloads left in the tree goes once it is nobody's.
func TestL17_LeftoversOfDownloadsGo(t *testing.T) {
	const (
		old   = ".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		fresh = ".osssync-tmp-ZYXWVUTSRQPONMLKJIHGFEDCBA"
		other = ".osssync-tmp-notes.txt" // looks like ours and is not
	)
	w := pullWorld(t, "")
	w.put(map[string]string{"dir/a.txt": "a"})
	w.apply()
	hours := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{old, fresh, other} {
		name = filepath.Join(w.tree, "dir", name)
		if err := os.WriteFile(name, []byte("part"), 0o600); err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) != fresh {
			if err := os.Chtimes(name, hours, hours); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.preview(nil)
	w.apply()
	for name, stays := range map[string]bool{old: false, fresh: true, other: true} {
		_, err := os.Lstat(filepath.Join(w.tree, "dir", name))
		if stays && err != nil || !stays && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want it to stay: %t", name, err, stays)
		}
	}
}
