package plan

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var errBroken = errors.New("broken")

// A source that breaks ends the sequence with its error, after every State that
// does not depend on what it would have said.
func TestD1_Align_Errors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sc := drawScene(t)
		s := sc.sources()
		local, remote, base, pending := sorted(sc.local), sorted(sc.remote), sorted(sc.base), slices.Concat(sorted(sc.pending)...)
		lengths := []int{len(local), len(remote), len(base), len(pending)}
		which := rapid.IntRange(0, 3).Draw(t, "source")
		n := rapid.IntRange(0, lengths[which]).Draw(t, "good items")
		last := "" // path of the last good item
		switch which {
		case 0:
			s.Local = failing(errBroken, local[:n]...)
			sc.local = mapOf(local[:n], func(l Local) string { return l.Path })
		case 1:
			s.Remote = failing(errBroken, remote[:n]...)
		case 2:
			s.Base = failing(errBroken, base[:n]...)
		case 3:
			s.Pending = failing(errBroken, pending[:n]...)
		}
		if n > 0 {
			last = [][]string{
				paths(local, func(l Local) string { return l.Path }),
				paths(remote, func(r Remote) string { return r.Path }),
				paths(base, func(b Base) string { return b.Path }),
				paths(pending, func(p Pending) string { return p.Path }),
			}[which][n-1]
		}
		var want []State
		for _, state := range sc.states() {
			// The uploads of one path belong together: the last may lack some.
			if state.Path < last || state.Path == last && which != 3 {
				want = append(want, state)
			}
		}
		var proof Proof
		got, err := collect(s, &proof)
		if !errors.Is(err, errBroken) || proof.Whole() {
			t.Fatalf("error %v, whole %t", err, proof.Whole())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func paths[T any](items []T, path func(T) string) (all []string) {
	for _, item := range items {
		all = append(all, path(item))
	}
	return all
}

func mapOf[T any](items []T, key func(T) string) map[string]T {
	m := map[string]T{}
	for _, item := range items {
		m[key(item)] = item
	}
	return m
}

func TestD5_D6_Align_ErrOrder(t *testing.T) {
	files := func(paths ...string) (items []Local) {
		for _, p := range paths {
			items = append(items, Local{Path: p})
		}
		return items
	}
	for _, row := range []struct {
		name    string
		sources Sources
		want    string
	}{
		{"D6 walk by name", Sources{Local: seq(files("a/b", "a-b")...)}, `local sequence out of order: "a-b" after "a/b"`},
		{"D5 repeated key", Sources{Remote: seq(Remote{Path: "a"}, Remote{Path: "a"})}, `remote sequence out of order: "a" after "a"`},
		{"empty path again", Sources{Remote: seq(Remote{}, Remote{})}, `remote sequence out of order: "" after ""`},
		{"index", Sources{Base: seq(Base{Path: "b"}, Base{Path: "a"})}, `index sequence out of order: "a" after "b"`},
		{"uploads of one path", Sources{Pending: seq(Pending{Path: "a", UploadID: "2"}, Pending{Path: "a", UploadID: "1"})},
			`uploads sequence out of order: "a?uploadId=1" after "a?uploadId=2"`},
		{"uploads of two paths", Sources{Pending: seq(Pending{Path: "b", UploadID: "1"}, Pending{Path: "a", UploadID: "2"})},
			`uploads sequence out of order: "a?uploadId=2" after "b?uploadId=1"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			var proof Proof
			_, err := collect(row.sources, &proof)
			var order *OrderError
			if !errors.As(err, &order) || err.Error() != row.want || proof.Whole() {
				t.Errorf("got %v, whole %t\nwant %s", err, proof.Whole(), row.want)
			}
		})
	}
}
