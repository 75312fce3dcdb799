package index_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/osssync/osssync/internal/index"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// torn returns what a power cut may leave of a file that was changed from before
// to after: of the sectors that differ, those that reached says did.
func torn(before, after []byte, reached func(at int) bool) []byte {
	left := make([]byte, max(len(before), len(after)))
	copy(left, before)
	for at := 0; at < len(after); at += sector {
		end := min(at+sector, len(after))
		if !bytes.Equal(left[at:end], after[at:end]) && reached(at) {
			copy(left[at:end], after[at:end])
		}
	}
	return left
}

// TestS4_TornCommit cuts the power within a commit. It writes pages, waits for the
// disk, and then writes one of the two meta pages at the start: until that is
// there all rows of before are, and then all of after.
func TestS4_TornCommit(t *testing.T) {
	before, rows := image(t, 200)
	path := filepath.Join(t.TempDir(), "index.db")
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(path, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		p := fmt.Sprintf("new/file%05d", i)
		rows[p] = *row(p)
		write(t, x, p) // a commit each; the last is the one that is torn
		if i == 48 {
			if before, err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	metas := 2 * os.Getpagesize()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	some := func(int) bool { return random.IntN(2) == 0 }
	for range 25 {
		for _, cut := range []struct {
			name    string
			reached func(at int) bool
			want    []int // rows; nil: damage may be noticed
		}{
			{"before the meta page", func(at int) bool { return at >= metas && some(at) }, []int{249}},
			{"within the meta page", func(at int) bool { return at >= metas || some(at) }, []int{249, 250}},
			{"on a disk that lies", some, nil},
		} {
			if err := os.WriteFile(path, torn(before, after, cut.reached), 0o600); err != nil {
				t.Fatal(err)
			}
			n, damaged := exercise(t, path, rows)
			if cut.want != nil && (damaged || n != cut.want[0] && n != cut.want[len(cut.want)-1]) {
				t.Errorf("cut %s: %d rows, damaged %t", cut.name, n, damaged)
			}
		}
	}
}
