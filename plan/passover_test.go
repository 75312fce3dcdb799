package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/osssync/osssync/spec"
)

// shut is a folder as a walk shows it that does not look into it.
func shut(path string) Local { return Local{Path: path, Problem: ReasonSecretName} }

// lines are rows in short: word and path, with the reason of what is passed over.
func lines(actions []Action) string {
	var all []string
	for _, a := range actions {
		line := string(a.op()) + " " + a.Where()
		if _, skip := a.(*Skip); skip {
			line += " " + string(a.Why())
		}
		all = append(all, line)
	}
	return strings.Join(all, ", ")
}

// A folder of a denied name is one row, whatever the two sides have in it, and what
// is below it stays on both, with its rows in the index.
func TestK13_P16_FolderIsOneRow(t *testing.T) {
	rem := func(path string) Remote { return Remote{Path: path, Version: Version{Size: 1, Modified: noon}} }
	for _, row := range []struct {
		name       string
		local      []Local
		remote     []Remote
		base       []Base
		push, pull string
	}{
		{"here", []Local{shut(".git/")}, nil, nil,
			"skip .git/ secret-name, record .git/", "skip .git/ executed-name"},
		{"here, known", []Local{shut(".git/")}, nil, []Base{{Path: ".git/", Denied: true}},
			"skip .git/ secret-name", "skip .git/ executed-name"},
		{"there", nil, []Remote{rem(".git/HEAD"), rem(".git/hooks/x"), rem(".github")}, nil,
			"skip .git/ secret-name, delete-remote .github", "skip .git/ executed-name, download .github"},
		{"on both sides", []Local{shut(".git/")}, []Remote{rem(".git/HEAD"), rem(".git/x")}, []Base{{Path: ".git/x", Owned: true}},
			"skip .git/ secret-name, record .git/", "skip .git/ executed-name"},
		{"walked nevertheless", []Local{{Path: ".git/HEAD"}, {Path: ".git/x"}}, []Remote{rem(".git/x")}, nil,
			"skip .git/ secret-name", "skip .git/ executed-name"},
		{"deep", []Local{{Path: "a/b"}}, []Remote{rem("a/.ssh/id"), rem("a/.ssh/id2"), rem("a/b")}, nil,
			"skip a/.ssh/ secret-name, upload a/b", "skip a/.ssh/ executed-name, download a/b"},
		{"a file and a folder of that name", nil, []Remote{rem(".git"), rem(".git/x")}, nil,
			"skip .git secret-name, skip .git/ secret-name", "skip .git executed-name, skip .git/ executed-name"},
		{"an object with the name of the folder", nil, []Remote{rem(".git/")}, nil,
			"skip .git/ secret-name", "skip .git/ executed-name"},
		{"a key below it that is refused", nil, []Remote{rem(".git//x"), rem(".git/HEAD")}, nil,
			"skip .git/ secret-name, conflict .git//x", "skip .git/ executed-name, conflict .git//x"},
		{"a key that is refused before", nil, []Remote{rem("x//.git/y")}, nil, "conflict x//.git/y", "conflict x//.git/y"},
		{"in the index alone", nil, nil, []Base{{Path: ".git/", Denied: true}, {Path: ".git/x"}, {Path: "b"}},
			"forget .git/, forget b", "forget .git/, forget b"},
		{"known, and there alone", nil, []Remote{rem(".git/x")}, []Base{{Path: ".git/", Denied: true}, {Path: ".git/a"}},
			"skip .git/ secret-name", "skip .git/ executed-name"},
		{"known, and its mount too", []Local{shut(".git/")}, nil, []Base{{Path: ".git/", Mount: true}},
			"skip .git/ secret-name, record .git/", "skip .git/ executed-name"},
	} {
		for direction, want := range map[spec.Direction]string{spec.Push: row.push, spec.Pull: row.pull} {
			t.Run(row.name+" "+direction.String(), func(t *testing.T) {
				p := policy(direction, all)
				s, got := planned(t, p, Sources{Local: seq(row.local...), Remote: seq(row.remote...), Base: seq(row.base...)})
				if lines(got) != want {
					t.Errorf("got  %s\nwant %s", lines(got), want)
				}
				if s.Summary.Shielded != 0 || s.Summary.Waiting != 0 {
					t.Errorf("shielded %d, waiting %d", s.Summary.Shielded, s.Summary.Waiting)
				}
				for _, a := range got {
					if record, ok := a.(*Record); ok {
						kept := row.base != nil && row.base[0].Mount
						if diff := cmp.Diff(Base{Path: ".git/", Denied: true, Mount: kept}, record.Base); diff != "" {
							t.Error(diff)
						}
					}
				}
			})
		}
	}
}

// What the spec may allow or requires is looked at path by path, and folders beside
// it are not.
func TestK13_P16_FolderWithWhatIsAllowed(t *testing.T) {
	remotes := seq(Remote{Path: ".git/HEAD", Version: Version{Size: 1}}, Remote{Path: ".git/config", Version: Version{Size: 1}},
		Remote{Path: ".git/hooks/a", Version: Version{Size: 1}}, Remote{Path: ".git/hooks/b", Version: Version{Size: 1}})
	m := &spec.Mapping{Direction: spec.Pull, Allow: []string{"/.git/config"}}
	p := PolicyOf(m, noon, false)
	_, got := planned(t, &p, Sources{Local: seq[Local](), Remote: remotes})
	if want := "skip .git/HEAD executed-name, download .git/config, skip .git/hooks/ executed-name"; lines(got) != want {
		t.Errorf("got  %s\nwant %s", lines(got), want)
	}
	p = *policy(spec.Pull, all)
	p.Require = []string{".git/hooks/a"}
	s, got := planned(t, &p, Sources{Local: seq[Local](), Remote: remotes})
	want := "skip .git/HEAD executed-name, skip .git/config executed-name, skip .git/hooks/a executed-name, skip .git/hooks/b executed-name"
	if lines(got) != want || s.Summary.Missing != 0 {
		t.Errorf("%d missing\ngot  %s\nwant %s", s.Summary.Missing, lines(got), want)
	}
	p.Require, p.Allows = nil, func(string) bool { return false } // who cannot tell of folders looks into all
	if _, got = planned(t, &p, Sources{Local: seq[Local](), Remote: remotes}); lines(got) != want {
		t.Errorf("got  %s\nwant %s", lines(got), want)
	}
}

// What is below a folder counts for neither side, and for no lost mount.
func TestK13_P16_FolderInTheSummary(t *testing.T) {
	object := func(path string) Remote { return Remote{Path: path, Version: Version{Size: 1, Modified: noon}} }
	s, _ := planned(t, policy(spec.Pull, all), Sources{
		Local:  seq(Local{Path: ".env"}, Local{Path: "a"}),
		Remote: seq(object(".git/"), object(".git/HEAD"), object(".git/x"), object(".ssh/id"), object("b/.profile"), object("c")),
	})
	sum := s.Summary
	if sum.Denied != 3 || sum.DeniedAt != ".git/" || sum.DeniedThen != ".ssh/" || sum.Waiting != 0 || sum.DeniedObjects != 5 || sum.Skips != 3 {
		t.Errorf("%+v", sum)
	}
	if sum.LocalFiles != whole().LocalFiles || sum.RemoteObjects != whole().RemoteObjects-5 {
		t.Errorf("%d files, %d objects", sum.LocalFiles, sum.RemoteObjects)
	}
	s, got := planned(t, policy(spec.Push, all), Sources{
		Local:  seq(shut("data/.git/"), Local{Path: "data/x"}),
		Remote: seq(object("data/.git/HEAD"), object("data/x")),
		Base:   seq(Base{Path: "data/", Mount: true}, Base{Path: "data/.git/", Denied: true}),
	})
	if want := "forget data/, skip data/.git/ secret-name, upload data/x"; lines(got) != want {
		t.Errorf("got  %s\nwant %s; %+v", lines(got), want, s.Summary)
	}
}

// passedOver is what PassOver makes of states, by looking at all of them for each.
func passedOver(p *Policy, states []State) (marked []State) {
	folderOf := func(path string) string {
		for i := range len(path) {
			if path[i] == '/' && CheckKey(path[:i+1]) == "" && p.PassesOver(path[:i]) != "" {
				return path[:i+1]
			}
		}
		return ""
	}
	there := map[string]bool{}
	for _, s := range states {
		if f := folderOf(s.Path); s.LocalIs == Present || s.Local.Problem != "" || s.Remote.Path != "" || s.Pending != nil {
			there[f] = true
		}
	}
	folders := map[string]State{}
	for _, s := range states {
		f := folderOf(s.Path)
		switch {
		case f == "" || !there[f] && s.Path == f:
			marked = append(marked, s)
			continue
		case !there[f]:
			continue
		}
		folder, begun := folders[f]
		if !begun {
			folder = State{Path: f}
		}
		if s.Path == f {
			folder = s
		}
		folder.Within, folder.LocalIs, folder.RemoteIs = f, Unknown, Unknown
		folders[f] = folder
		if s.Path != f && (s.LocalIs == Present || s.Local.Problem != "" || s.Remote.Path != "" || s.Pending != nil) {
			s.Within = f
			marked = append(marked, s)
		}
	}
	for _, folder := range folders {
		marked = append(marked, folder)
	}
	slices.SortFunc(marked, func(a, b State) int { return strings.Compare(a.Path, b.Path) })
	return marked
}

// folders is full of names that are denied, or lie about them.
var folders = []string{
	".env", ".git", ".git-x", ".git/", ".git/.ssh/id", ".git//x", ".git/../a", ".git/HEAD", ".git/a/", ".git/a/b", ".git/config", ".git0",
	".github/workflows/", ".github/workflows/ci.yml", ".ssh/", ".ssh/id", "a", "a/.git", "a/.git/", "a/.git/x", "a/b", "x//.git/y", "",
}

func TestPassOver_Oracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := policy(rapid.SampledFrom([]spec.Direction{spec.Push, spec.Pull}).Draw(t, "direction"), all)
		if rapid.Bool().Draw(t, "allow") {
			m := &spec.Mapping{Allow: []string{rapid.SampledFrom([]string{"/.git/config", ".git/a/", "id", "/a/**"}).Draw(t, "pattern")}}
			p.Allows, p.AllowsBelow = m.Allows, m.AllowsBelow
		}
		states, err := collect(drawSceneOf(t, folders).sources(), new(Proof))
		if err != nil {
			t.Fatal(err)
		}
		var got []State
		for s, err := range p.PassOver(seq(states...)) {
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > 0 && s.Path <= got[len(got)-1].Path {
				t.Fatalf("%q after %q", s.Path, got[len(got)-1].Path)
			}
			got = append(got, s)
		}
		if diff := cmp.Diff(passedOver(p, states), got); diff != "" {
			t.Fatal(diff)
		}
		for _, s := range got { // nothing in a folder is touched
			v, _ := settle(p, &s, wA)
			if _, skip := v.Action.(*Skip); s.Within != "" && v.Action != nil && !skip && s.Refused == "" {
				t.Fatalf("%q: %s %s", s.Path, Word(v.Action), v.Action.Why())
			}
		}
	})
}

// An error of the states is handed on, and who wants no more gets no more.
func TestPassOver_Ends(t *testing.T) {
	p := policy(spec.Push, all)
	states := []State{{Path: ".git/", Base: &Base{}, LocalIs: Absent, RemoteIs: Absent}, *state(".git/x", lNone, rA), *state("a", lTen, rNone)}
	broken := errors.New("broken")
	var last error
	for _, err := range p.PassOver(failing(broken, states...)) {
		last = err
	}
	if last != broken {
		t.Errorf("%v", last)
	}
	for n := range 4 {
		var got []string
		for s := range p.PassOver(seq(states...)) {
			if got = append(got, s.Path); len(got) == n {
				break
			}
		}
		if n > 0 && fmt.Sprint(got) != fmt.Sprint([]string{".git/", ".git/x", "a"}[:n]) {
			t.Errorf("%q after %d", got, n)
		}
	}
}

func BenchmarkPassOver(b *testing.B) {
	var states []State
	for i := range 1000 {
		states = append(states, *state(fmt.Sprintf("assets/2026/Images/%02d/site-header-%04d.png", i/100, i), lTen, rA))
	}
	p := policy(spec.Push, all)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for range p.PassOver(seq(states...)) {
			n++
		}
		if n != len(states) {
			b.Fatal(n)
		}
	}
}
