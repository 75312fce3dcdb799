package listing

import (
	"slices"
	"strings"
	"testing"
)

func TestKnown(t *testing.T) {
	keys := []string{"a/1", "b/1", "b/2", "b/2", "b/1", "b/\xff", "b/3", "b/" + strings.Repeat("x", maxKey), "b/4", "b/5", "c"}
	k := known{keys: slices.Values(keys), prefix: "b/"}
	defer k.close()
	if n := k.skip("b/1"); n != 1 {
		t.Errorf("%d skipped, want 1", n)
	}
	if cut, ok := k.cut(2, 1); cut != "b/3" || !ok {
		t.Errorf("cut %q %t, want b/3", cut, ok)
	}
	if cut, ok := k.cut(1, 1); ok {
		t.Errorf("cut %q with one key after it", cut)
	}
	if n := k.skip("c"); n != 1 {
		t.Errorf("%d skipped, want 1", n)
	}
	if cut, ok := k.cut(1, 0); ok {
		t.Errorf("cut %q at the end", cut)
	}
}

func TestKnownAlongAPage(t *testing.T) {
	for _, tt := range []struct {
		name  string
		known string
		want  int
	}{
		{"all", "abcdefgh", 8},
		{"some", "abdeg", 5},
		{"many before", "ABCDEFGHabcdefgh", 8},
		{"none behind the middle", "abcd", 0},
		{"none", "xyz", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := known{keys: slices.Values(strings.Split(tt.known, ""))}
			defer k.close()
			if n := k.along("d", "h"); n != tt.want {
				t.Errorf("%d, want %d", n, tt.want)
			}
		})
	}
}
