package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/osssync/osssync/spec"
)

// drawEntries draws a tree and a bucket full of names that exclude one another.
func drawEntries(t *rapid.T, p *Policy) (entries []entry) {
	pool := append([]string{"a", "a!", "a-", "a/", "a/b", "a/b!", "a/b/", "a/b/c", "a0", "b", "b/a", "b/a/a"}, junk...)
	chosen := rapid.SliceOfDistinct(rapid.SampledFrom(pool), rapid.ID[string]).Draw(t, "paths")
	sc := scene{map[string]Local{}, map[string]Remote{}, map[string]Base{}, map[string][]Pending{}}
	for _, path := range chosen {
		switch kind := rapid.SampledFrom([]string{"none", "file", "problem"}).Draw(t, "local"); {
		case kind == "problem" || kind == "file" && (CheckKey(path) != "" || strings.HasSuffix(path, "/")):
			sc.local[path] = Local{Path: path, Problem: ReasonUnreadable}
		case kind == "file":
			sc.local[path] = Local{Path: path, Stat: statTen}
		}
		if rapid.Bool().Draw(t, "remote") {
			kind := rapid.SampledFrom([]ObjectType{TypeNormal, TypeNormal, TypeSymlink}).Draw(t, "type")
			sc.remote[path] = Remote{Path: path, Type: kind, Version: Version{Size: rapid.SampledFrom([]int64{0, 10, 20}).Draw(t, "size")}}
		}
		if rapid.Bool().Draw(t, "row") {
			sc.base[path] = Base{Path: path, Local: statTen, Remote: sc.remote[path].Version, Sums: sumsA, Owned: rapid.Bool().Draw(t, "owned")}
		}
		if rapid.Bool().Draw(t, "upload") {
			sc.pending[path] = []Pending{{Path: path, UploadID: "1", Started: noon, Owned: rapid.Bool().Draw(t, "own upload")}}
		}
	}
	for state, err := range Align(sc.sources(), new(Proof)) {
		if err != nil {
			t.Fatal(err)
		}
		v, _ := settle(p, &state, wA)
		entries = append(entries, entry{state, v})
	}
	return entries
}

// excludes is the rule of nesting, for one pair of paths: upper is a name, lower
// lies below it.
func excludes(direction spec.Direction, upper, lower *entry) bool {
	if !strings.HasPrefix(lower.state.Path, upper.state.Path+"/") {
		return false
	}
	file := func(e *entry) bool { return e.state.LocalIs == Present }
	object := func(e *entry) bool { return e.state.RemoteIs == Present }
	if direction == spec.Pull {
		occupied := file(upper) || object(upper)
		return occupied && (object(upper) && (file(lower) || lower.state.Local.Problem != "") || object(lower))
	}
	if !object(upper) || !object(lower) {
		return false
	}
	goes := func(e, other *entry) bool { return isDelete(e.verdict.Action) && (e.verdict.Owned || file(other)) }
	return !goes(upper, lower) && !goes(lower, upper)
}

// lacksContent reports whether the target has nothing of the content that the source
// has at s, or content of another size.
func lacksContent(direction spec.Direction, s *State) bool {
	source, target := s.LocalIs, s.RemoteIs
	if direction == spec.Pull {
		source, target = target, source
	}
	differ := target == Present && s.Local.Stat.Size != s.Remote.Version.Size
	return source == Present && (target == Absent || differ)
}

// expected is the plan by brute force: every pair of paths is looked at.
func expected(p *Policy, entries []entry) (rows []Action, summary Summary) {
	collides, loose := map[string]bool{}, map[string]bool{}
	for i := range entries {
		for j := range entries {
			if excludes(p.Direction, &entries[i], &entries[j]) {
				collides[entries[i].state.Path], collides[entries[j].state.Path] = true, true
			}
		}
		if s := &entries[i].state; s.Refused != "" {
			if other, ok := counterpart(s.Path); ok {
				loose[other] = true
			}
		}
	}
	for _, e := range entries {
		path, v := e.state.Path, e.verdict
		if collides[path] && v.Class != ClassBlocked {
			v = Verdict{Class: ClassBlocked, Action: &Conflict{Path: path, Reason: ReasonFileAndDirectory}, Unmoved: v.Unmoved || lacksContent(p.Direction, &e.state)}
		}
		if isDelete(v.Action) && loose[path] {
			v.Action = &Conflict{Path: path, Reason: ReasonCounterpart}
		}
		if v.Unmoved {
			if summary.Unmoved++; summary.Unmoved == 1 {
				summary.UnmovedAt = strings.ToValidUTF8(path, "\uFFFD")
			}
		}
		content, uploads := p.pending(&e.state, v.Action)
		if content != nil {
			rows = append(rows, content)
		}
		rows = append(rows, uploads...)
		switch v.Class {
		case ClassUnchanged:
			summary.Unchanged++
		case ClassExtra:
			summary.Extra++
		case ClassShielded:
			summary.Shielded++
		}
	}
	for _, a := range rows {
		summary.count(a)
	}
	summary.LocalFiles, summary.RemoteObjects = whole().LocalFiles, whole().RemoteObjects
	return rows, summary
}

func isDelete(a Action) bool {
	switch a.(type) {
	case *DeleteRemote, *DeleteLocal:
		return true
	}
	return false
}

func TestDraft_Oracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := policy(rapid.SampledFrom([]spec.Direction{spec.Push, spec.Pull}).Draw(t, "direction"),
			rapid.SampledFrom([]spec.Prune{never, managed, all}).Draw(t, "prune"))
		p.AbortAfter = 1
		entries := drawEntries(t, p)
		section, got := drafted(t, p, entries)
		want, summary := expected(p, entries)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(summary, section.Summary); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Each case has the State of one path a line, as side words in path order.
func TestK6_L14_Nesting(t *testing.T) {
	at := func(path string, sides ...side) State { return *state(path, sides...) }
	for _, row := range []struct {
		name      string
		direction spec.Direction
		prune     spec.Prune
		states    []State
		want      string
	}{
		{"K6 two objects", spec.Push, never, []State{at("a", lNone, rA), at("a-b", lTen, rNone), at("a/b", lNone, rA)},
			"conflict a, upload a-b, conflict a/b"},
		{"file becomes directory, managed", spec.Push, managed, []State{at("a", lNone, rA, bOwned), at("a/b", lTen, rNone)},
			"delete-remote a, upload a/b"},
		{"file became directory half way, managed", spec.Push, managed, []State{at("a", lNone, rA, bOwned), at("a/b", lTen, rTwenty)},
			"delete-remote a, upload a/b"},
		{"file became directory half way, all", spec.Push, all, []State{at("a", lNone, rA), at("a/b", lTen, rTwenty)},
			"delete-remote a, upload a/b"},
		{"file became directory half way, never", spec.Push, never, []State{at("a", lNone, rA, bOwned), at("a/b", lTen, rTwenty)},
			"conflict a, conflict a/b"},
		{"directory becomes file, all", spec.Push, all, []State{at("a", lTen, rTwenty), at("a/b", lNone, rA)},
			"upload a, delete-remote a/b"},
		{"both go, not ours", spec.Push, all, []State{at("a", lNone, rA), at("a/b", lNone, rA)},
			"conflict a, conflict a/b"},
		{"pull of two", spec.Pull, never, []State{at("a", lNone, rA), at("a/b", lNone, rA)},
			"conflict a, conflict a/b"},
		{"L14 pull onto a directory", spec.Pull, all, []State{at("a", lNone, rA), at("a/b", lTen, rNone)},
			"conflict a, conflict a/b"},
		{"L14 pull below a file", spec.Pull, all, []State{at("a", lTen, rNone), at("a/b", lNone, rA)},
			"conflict a, conflict a/b"},
		{"pull onto a directory that cannot be read", spec.Pull, all,
			[]State{at("a", lNone, rA), at("a/", func(s *State) { lSymlink(s); s.Local.Problem = ReasonUnreadable }, rNone)},
			"conflict a, conflict a/"},
		{"D15 a key stands loosely for another", spec.Push, all, []State{at("a//b", lNone, rRefused), at("a/b", lNone, rA)},
			"conflict a//b, conflict a/b"},
		{"D15 found late", spec.Push, all, []State{at("a", lNone, rA), at("b/../a", lNone, rRefused)},
			"conflict a, conflict b/../a"},
		{"a loose name stops no upload", spec.Push, all, []State{at("a//b", lNone, rRefused), at("a/b", lTen, rNone)},
			"conflict a//b, upload a/b"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := policy(row.direction, row.prune)
			var entries []entry
			for _, s := range row.states {
				v, _ := settle(p, &s, world{})
				entries = append(entries, entry{s, v})
			}
			var got []string
			_, actions := drafted(t, p, entries)
			for _, a := range actions {
				got = append(got, string(a.op())+" "+a.Where())
			}
			if strings.Join(got, ", ") != row.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), row.want)
			}
		})
	}
}
