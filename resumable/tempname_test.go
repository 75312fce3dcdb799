package resumable

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestL2_TempNamesCannotBeGuessed has the names of many temporary files differ in
// every place behind the mark: no part of them is a counter, a time or the name of
// the target.
func TestL2_TempNamesCannotBeGuessed(t *testing.T) {
	for _, mark := range []string{"", strings.Repeat("M", TempMarkLen)} {
		p, err := openPlace(nil, filepath.Join(t.TempDir(), "out.bin"), false)
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		p.mark = mark
		seen := make([]map[rune]bool, tempRandom-len(mark))
		for range 64 {
			f, base, err := createTemp(p)
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			random, ok := strings.CutPrefix(base, tempPrefix+mark)
			if !ok || len(random) != len(seen) || !IsTempName(base) {
				t.Fatalf("name %q with mark %q", base, mark)
			}
			for i, c := range random {
				if seen[i] == nil {
					seen[i] = map[rune]bool{}
				}
				seen[i][c] = true
			}
		}
		// A place with 32 letters that shows one of them in 64 names is no chance.
		for i, letters := range seen {
			if len(letters) == 1 {
				t.Errorf("place %d behind the mark %q is always the same", i, mark)
			}
		}
	}
}
