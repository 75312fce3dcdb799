package spec

import (
	"fmt"
	"strings"
	"testing"
)

func TestNamesOfValues(t *testing.T) {
	for _, row := range []struct {
		value fmt.Stringer
		want  string
	}{
		{Push, "push"}, {Pull, "pull"}, {Direction(2), "(2)"},
		{PruneNever, "never"}, {PruneManaged, "managed"}, {PruneAll, "all"}, {Prune(-1), "(-1)"},
		{SymlinksSkip, "skip"}, {SymlinksFollow, "follow"}, {SymlinksError, "error"}, {Symlinks(3), "(3)"},
	} {
		if got := row.value.String(); got != row.want {
			t.Errorf("%T: %q, want %q", row.value, got, row.want)
		}
	}
}

// mappingsOf returns a spec with one store, and n mappings with the given
// further fields, apart from one another.
func mappingsOf(n int, fields string) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nstores: {a: {region: cn-hangzhou}}\nmappings:\n")
	for i := range n {
		fmt.Fprintf(&b, "- {name: m%d, local: m%d, to: oss://abc/m%d/%s}\n", i, i, i, fields)
	}
	return []byte(b.String())
}

func TestLimits(t *testing.T) {
	list := func(n int, item string) string { return "[" + strings.Repeat(item+",", n) + "]" }
	const wide = `"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"` // 64 alternatives
	for _, row := range []struct {
		what   string
		inside []byte
		beyond []byte
	}{
		{"1001 items", mappingsOf(1000, ""), mappingsOf(1001, "")},
		{"1001 items", mappingsOf(1, ", exclude: "+list(1000, "a")), mappingsOf(1, ", exclude: "+list(1001, "a"))},
		{"101 items", mappingsOf(1, ", order: "+list(100, "a")), mappingsOf(1, ", order: "+list(101, "a"))},
		// One more alternative in each mapping is that of include.
		{"more than 10,000 alternatives", mappingsOf(2, ", exclude: "+list(78, wide)), mappingsOf(2, ", exclude: "+list(79, wide))},
	} {
		if _, err := Parse("a.yaml", "/", row.inside); err != nil {
			t.Errorf("just inside %q: %v", row.what, err)
		}
		if _, err := Parse("a.yaml", "/", row.beyond); err == nil || !strings.Contains(err.Error(), row.what) {
			t.Errorf("just beyond: %v, want %q", err, row.what)
		}
	}
}
