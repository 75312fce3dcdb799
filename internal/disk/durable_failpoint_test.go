//go:build failpoint

package disk

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// S1: a folder that is made is synced into the one above it, or a power loss takes
// it, with all that was made durable in it.
func TestS1_MkdirAllDurableSyncs(t *testing.T) {
	dir := t.TempDir()
	var synced []string
	setGate(t, hooks{after: func(c Call, _ error) {
		if c.Op == OpSync {
			synced = append(synced, c.Path)
		}
	}})
	for range 2 { // what is there already is not synced again
		if err := MkdirAllDurable(filepath.Join(dir, "a", "b"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(synced)
	if diff := cmp.Diff([]string{dir, filepath.Join(dir, "a")}, synced); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
