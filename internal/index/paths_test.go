package index_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/osssync/osssync/internal/index"
)

func TestPathsAreThoseOfTheRows(t *testing.T) {
	x := create(t, filepath.Join(t.TempDir(), "index.db"))
	var want []string
	for i := range 3000 {
		want = append(want, fmt.Sprintf("dir%02d/file%05d", i%7, i))
	}
	write(t, x, want...)
	slices.Sort(want)
	if got := slices.Collect(x.Paths()); !slices.Equal(got, want) {
		t.Errorf("%d paths, want %d", len(got), len(want))
	}
	for path := range x.Paths() {
		if path != want[0] {
			t.Errorf("first is %q", path)
		}
		break
	}
	write(t, x, "zzz") // no range holds it up
}

func TestPathsOfNoIndex(t *testing.T) {
	if got := slices.Collect((*index.Index)(nil).Paths()); got != nil {
		t.Errorf("paths %q", got)
	}
}
