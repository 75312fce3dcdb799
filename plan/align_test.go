package plan

import (
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// scene is what four sources hold, each by path.
type scene struct {
	local   map[string]Local
	remote  map[string]Remote
	base    map[string]Base
	pending map[string][]Pending // by upload id
}

func drawScene(t *rapid.T) scene { return drawSceneOf(t, append(slices.Clone(awkward), junk...)) }

func drawSceneOf(t *rapid.T, pool []string) scene {
	draw := func(label string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(pool), 0, 12, rapid.ID[string]).Draw(t, label)
	}
	sc := scene{map[string]Local{}, map[string]Remote{}, map[string]Base{}, map[string][]Pending{}}
	for _, p := range draw("local") {
		l := Local{Path: p, Stat: statTen}
		if strings.HasSuffix(p, "/") || rapid.IntRange(0, 3).Draw(t, "problem") == 0 {
			l.Problem = ReasonUnreadable
		}
		sc.local[p] = l
	}
	for _, p := range draw("remote") {
		sc.remote[p] = Remote{Path: p, Type: TypeNormal, Version: Version{Size: rapid.Int64Range(0, 1).Draw(t, "size")}}
	}
	for _, p := range draw("index") {
		sc.base[p] = Base{Path: p, Owned: rapid.Bool().Draw(t, "owned")}
	}
	for _, p := range draw("uploads") {
		for _, id := range []string{"1", "2", "3"}[:rapid.IntRange(1, 3).Draw(t, "uploads of one path")] {
			sc.pending[p] = append(sc.pending[p], Pending{Path: p, UploadID: id})
		}
	}
	return sc
}

func sorted[T any](m map[string]T) []T {
	var items []T
	for _, key := range slices.Sorted(keys(m)) {
		items = append(items, m[key])
	}
	return items
}

func keys[T any](m map[string]T) iter.Seq[string] {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

func (sc scene) sources() Sources {
	return Sources{
		Local: seq(sorted(sc.local)...), Remote: seq(sorted(sc.remote)...),
		Base: seq(sorted(sc.base)...), Pending: seq(slices.Concat(sorted(sc.pending)...)...),
	}
}

// states is the oracle: it looks every path up on every side.
func (sc scene) states() []State {
	union := map[string]bool{}
	for _, seq := range []iter.Seq[string]{keys(sc.local), keys(sc.remote), keys(sc.base), keys(sc.pending)} {
		for p := range seq {
			union[p] = true
		}
	}
	var states []State
	for _, p := range slices.Sorted(keys(union)) {
		s := State{Path: p, LocalIs: sc.localIs(p), Local: sc.local[p], RemoteIs: Absent, Pending: sc.pending[p]}
		if r, ok := sc.remote[p]; ok && !(r.Version.Size == 0 && (p == "" || strings.HasSuffix(p, "/") && CheckKey(p) == "")) {
			s.Remote, s.RemoteIs, s.Refused = r, Present, CheckKey(p)
			if strings.HasSuffix(p, "/") && s.Refused == "" {
				s.Refused = ReasonMarkerContent
			}
			if s.Refused != "" {
				s.RemoteIs = Unknown
			}
		}
		if b, ok := sc.base[p]; ok {
			s.Base = &b
		}
		if s.LocalIs != Absent || s.RemoteIs != Absent || s.Base != nil || s.Pending != nil ||
			sc.local[p].Problem != "" {
			states = append(states, s)
		}
	}
	return states
}

func (sc scene) localIs(path string) Presence {
	if l, ok := sc.local[path]; ok {
		if l.Problem != "" {
			return Unknown
		}
		return Present
	}
	for _, l := range sc.local {
		if l.Problem != "" && strings.HasPrefix(path, strings.TrimSuffix(l.Path, "/")+"/") {
			return Unknown
		}
	}
	return Absent
}

func collect(s Sources, proof *Proof) (states []State, err error) {
	for state, err := range Align(s, proof) {
		if err != nil {
			return states, err
		}
		states = append(states, state)
	}
	return states, nil
}

func TestAlign_Oracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sc := drawScene(t)
		var proof Proof
		got, err := collect(sc.sources(), &proof)
		if err != nil {
			t.Fatal(err)
		}
		want := sc.states()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		counted := Proof{local: true, remote: true, BaseRows: int64(len(sc.base))}
		for _, s := range want {
			if s.LocalIs == Present {
				counted.LocalFiles++
			}
			if s.Remote.Path != "" {
				counted.RemoteObjects++
			}
			if s.Base != nil && s.Base.Owned {
				counted.OwnedRows++
			}
		}
		if proof != counted {
			t.Fatalf("proof %+v, want %+v", proof, counted)
		}
	})
}

// A NUL in a key is no separator of path and upload id.
func TestAlign_NUL(t *testing.T) {
	uploads := []Pending{{Path: "a", UploadID: "z"}, {Path: "a\x00b", UploadID: "x"}}
	got, err := collect(Sources{Pending: seq(uploads...)}, new(Proof))
	if err != nil || len(got) != 2 {
		t.Errorf("%d states, %v", len(got), err)
	}
}

// Only a side that was there to be seen can be proved.
func TestAlign_NoSource(t *testing.T) {
	for _, s := range []Sources{{}, {Local: seq[Local]()}, {Remote: seq[Remote]()}} {
		var proof Proof
		if _, err := collect(s, &proof); err != nil || proof.Whole() {
			t.Errorf("local %t, remote %t: whole %t, %v", s.Local != nil, s.Remote != nil, proof.Whole(), err)
		}
	}
	var proof Proof
	if _, err := collect(Sources{Local: seq[Local](), Remote: seq[Remote]()}, &proof); err != nil || !proof.Whole() {
		t.Errorf("two empty sides: whole %t, %v", proof.Whole(), err)
	}
}

// Leaving the range early ends every source and proves nothing.
func TestAlign_Break(t *testing.T) {
	ended := map[string]bool{}
	s := Sources{
		Local:   endless(ended, "local", func(p string) Local { return Local{Path: p} }),
		Remote:  endless(ended, "remote", func(p string) Remote { return Remote{Path: p} }),
		Base:    endless(ended, "index", func(p string) Base { return Base{Path: p} }),
		Pending: endless(ended, "uploads", func(p string) Pending { return Pending{Path: p} }),
	}
	var proof Proof
	for state, err := range Align(s, &proof) {
		if err != nil {
			t.Fatal(err)
		}
		if len(state.Path) == 3 {
			break
		}
	}
	if len(ended) != 4 || proof.Whole() {
		t.Errorf("ended %v, whole %t", ended, proof.Whole())
	}
}

func endless[T any](ended map[string]bool, name string, item func(path string) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		defer func() { ended[name] = true }()
		for path := "x"; yield(item(path), nil); path += "x" {
		}
	}
}

// However many places cannot be seen, only those that may still cover something
// are remembered.
func TestAlign_ShieldsBounded(t *testing.T) {
	var links []Local
	for c := range 26 * 26 {
		links = append(links, Local{Path: "d/" + string([]byte{'a' + byte(c/26), 'a' + byte(c%26)}), Problem: ReasonSymlink})
	}
	a := aligner{proof: new(Proof)}
	defer a.open(Sources{Local: seq(links...)})()
	for {
		_, more, err := a.step()
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		if len(a.shields) > 1 {
			t.Fatalf("%d shields: %q", len(a.shields), a.shields)
		}
	}
}

func TestPresence(t *testing.T) {
	if (State{}).LocalIs != Unknown {
		t.Error("absence has to be proved, the zero value must not say it")
	}
	for p, want := range map[Presence]string{Unknown: "unknown", Absent: "absent", Present: "present"} {
		if p.String() != want {
			t.Errorf("got %q, want %q", p, want)
		}
	}
}
