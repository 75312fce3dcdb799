package index_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

// TestRowsOfTreesOfAnyShape writes paths and rows of very different lengths, so that
// pages have overflow and the tree has many levels, in batches in and out of order,
// and compares what is read with a map.
func TestRowsOfTreesOfAnyShape(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	for _, n := range []int{0, 1, 3, 10, 200, 3000} {
		for _, longest := range []int{8, 1000} {
			t.Run(fmt.Sprintf("%d rows with paths up to %d bytes", n, longest), func(t *testing.T) {
				x := create(t, filepath.Join(t.TempDir(), "index.db"))
				model := map[string]plan.Base{}
				for range 3 {
					var changes []index.Change
					for range n / 3 {
						p := fmt.Sprintf("%05d", random.IntN(2*n)) + strings.Repeat("x", random.IntN(longest))
						r := row(p)
						if random.IntN(50) == 0 {
							r.Headers = strings.Repeat("h", random.IntN(20_000))
						}
						changes, model[p] = append(changes, index.Change{Path: p, Row: r}), *r
						if random.IntN(5) == 0 {
							changes = append(changes, index.Change{Path: p})
							delete(model, p)
						}
					}
					if err := x.Write(changes); err != nil {
						t.Fatal(err)
					}
				}
				got := map[string]plan.Base{}
				var paths []string
				for r, err := range x.Rows() {
					if err != nil {
						t.Fatal(err)
					}
					got[r.Path] = r
					paths = append(paths, r.Path)
				}
				if diff := cmp.Diff(model, got); diff != "" {
					t.Errorf("rows (-model +index):\n%s", diff)
				}
				if diff := cmp.Diff(paths, slices.Collect(x.Paths())); diff != "" {
					t.Errorf("paths (-of rows +alone):\n%s", diff)
				}
				lookUp(t, x, paths, model, random)
			})
		}
	}
}

// usual is a row as an upload makes it.
func usual(i int) *plan.Base {
	sum := fmt.Sprintf("%032X", rand.Uint64())
	return &plan.Base{
		Path:    fmt.Sprintf("d%02d/d%04d/f%06d.dat", i/1000, i/100, i),
		Local:   plan.Stat{Size: 500, MtimeNs: 1_768_435_200_000_000_000, CtimeNs: 1_768_435_201_123_456_789, Inode: 1 << 24},
		Remote:  plan.Version{Size: 500, ETag: sum},
		Sums:    plan.Sums{MD5: sum, CRC64: fmt.Sprint(rand.Uint64())},
		Headers: "0123456789abcdef", Owned: true,
	}
}

// TestBytesOfARow bounds what a row takes on the disk when rows come in their
// order, each batch a little out of it. The file is 2 MiB long, or 4: bbolt doubles it.
func TestBytesOfARow(t *testing.T) {
	const rows, batch, late = 15_000, 1000, 16
	path := filepath.Join(t.TempDir(), "index.db")
	x := create(t, path)
	var held []index.Change
	for from := 0; from < rows; from += batch {
		changes := held
		for i := range batch {
			r := usual(from + i)
			changes = append(changes, index.Change{Path: r.Path, Row: r})
		}
		held = slices.Clone(changes[len(changes)-late:])
		slices.Reverse(changes[len(changes)-late:])
		if err := x.Write(changes[:len(changes)-late/2]); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if per := info.Size() / rows; per > 150 {
		t.Errorf("%d bytes a row, want at most 150", per)
	}
}

// lookUp asks for rows one by one, and for some of those that are and that are not
// there together.
func lookUp(t *testing.T, x *index.Index, paths []string, model map[string]plan.Base, random *rand.Rand) {
	t.Helper()
	asked := []string{"0", "99999"}
	for _, p := range paths {
		if random.IntN(5) > 0 {
			continue
		}
		got, found, err := x.Row(p)
		if err != nil || !found || !cmp.Equal(got, model[p]) {
			t.Fatalf("row %.40q: %t, %v\n%s", p, found, err, cmp.Diff(model[p], got))
		}
		if _, found, err := x.Row(p + "-"); found || err != nil {
			t.Fatalf("row right after %.40q: %t, %v", p, found, err)
		}
		asked = append(asked, p, p+"-")
	}
	var want, got []string
	for _, p := range paths {
		if slices.Contains(asked, p) {
			want = append(want, p)
		}
	}
	for r, err := range x.RowsOf(asked) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows of some paths (-want +got):\n%s", diff)
	}
}
