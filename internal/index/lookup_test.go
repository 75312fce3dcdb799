package index_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/osssync/osssync/internal/index"
)

func TestRow(t *testing.T) {
	x := create(t, filepath.Join(t.TempDir(), "index.db"))
	write(t, x, "a/b")
	for path, want := range map[string]bool{"a/b": true, "a": false, "a/": false, "": false} {
		got, found, err := x.Row(path)
		if err != nil || found != want || found && !cmp.Equal(got, *row(path)) {
			t.Errorf("%q: %+v, %t, %v", path, got, found, err)
		}
	}
	if _, found, err := (*index.Index)(nil).Row("a/b"); found || err != nil {
		t.Errorf("row of no index: %t, %v", found, err)
	}
}

// TestRowsOfAgainstAllRows compares with a look at every row.
func TestRowsOfAgainstAllRows(t *testing.T) {
	path := rapid.StringMatching(`[ab./-]{1,2}(/[ab0-]{1,2}){0,2}`)
	rapid.Check(t, func(r *rapid.T) {
		x := create(t, filepath.Join(t.TempDir(), "index.db"))
		all := rapid.SliceOfNDistinct(path, 0, 30, rapid.ID).Draw(r, "rows")
		write(t, x, all...)
		asked := rapid.SliceOfN(path, 0, 5).Draw(r, "asked")
		var want, got []string
		for _, p := range all {
			if slices.ContainsFunc(asked, func(a string) bool {
				return p == a || strings.HasPrefix(p, strings.TrimSuffix(a, "/")+"/")
			}) {
				want = append(want, p)
			}
		}
		slices.Sort(want)
		for row, err := range x.RowsOf(asked) {
			if err != nil {
				r.Fatal(err)
			}
			got = append(got, row.Path)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Errorf("rows of %q (-want +got):\n%s", asked, diff)
		}
	})
}

func TestRowsOfTheRootAreAll(t *testing.T) {
	x := create(t, filepath.Join(t.TempDir(), "index.db"))
	write(t, x, "a", "b/c")
	n := 0
	for _, err := range x.RowsOf([]string{""}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 2 {
		t.Errorf("%d rows", n)
	}
}
