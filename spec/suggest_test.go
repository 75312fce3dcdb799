package spec

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	known := names(mappingFields)
	for name, want := range map[string]string{
		"exlude": "exclude", "excludes": "exclude", "EXCLUDE": "exclude", "ex-clude": "exclude", "prnue": "prune",
		"too": "to", "form": "from", "sym_links": "symlinks", "transfr": "transfer", "lcoal": "local",
		"": "", "concurrency": "", "x": "", strings.Repeat("local", 20): "", "İİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİ": "",
	} {
		if got, ok := nearest(name, known); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v; want %q", name, got, ok, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "xabc", 1},
		{"abc", "axc", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3}, {"abcdef", "badcfe", 3},
	} {
		if got := distance(row.a, row.b); got != row.want {
			t.Errorf("%q to %q: %d, want %d", row.a, row.b, got, row.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[abc]{0,64}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distance(a, b)
		if d != distance(b, a) || (d == 0) != (a == b) || d > max(len(a), len(b)) || d < len(a)-len(b) {
			t.Fatalf("%q to %q: %d, back %d", a, b, d, distance(b, a))
		}
	})
}
