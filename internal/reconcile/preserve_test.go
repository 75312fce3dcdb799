package reconcile

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// L5: a pull takes the place of a file that was edited here, and of one it never
// put there, but does not lose it; its own old content goes.
func TestL5_PullPreservesWhatItReplaces(t *testing.T) {
	w := pullWorld(t, "")
	w.write(map[string]string{"found": "mine"})
	w.put(map[string]string{"found": "theirs", "edited": "1", "plain": "1"})
	w.apply()
	w.write(map[string]string{"edited": "my edit"})
	w.put(map[string]string{"edited": "second", "plain": "second"})
	w.apply()
	equal(t, "files", map[string]string{"found": "theirs", "edited": "second", "plain": "second"}, w.files())

	trash := map[string]string{}
	err := filepath.WalkDir(filepath.Join(w.tree, ".osssync", "trash"), func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(p)
		trash[e.Name()] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "trash", map[string]string{"found": "mine", "edited": "my edit"}, trash)
}
