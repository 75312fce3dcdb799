package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/spec"
)

// planned aligns sources, decides every path without evidence and drafts a plan.
func planned(t *testing.T, p *Policy, s Sources) (*Section, []Action) {
	t.Helper()
	var entries []entry
	var proof Proof
	for state, err := range p.PassOver(Align(s, &proof)) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{state, p.Diff(&state, &Evidence{})})
	}
	return drafted(t, p, entries)
}

func TestD9_RequiredFiles(t *testing.T) {
	files := seq(Local{Path: "a"}, Local{Path: "b", Problem: ReasonUnreadable}, Local{Path: "c"}, Local{Path: "l", Problem: ReasonSymlink, Passed: true})
	objects := seq(Remote{Path: "a"}, Remote{Path: "b"}, Remote{Path: "x//y"})
	for _, row := range []struct {
		direction spec.Direction
		require   []string
		missing   int64
		first     string
		why       Reason
	}{
		{spec.Push, nil, 0, "", ""},
		{spec.Push, []string{"c", "a"}, 0, "", ""},
		{spec.Push, []string{"x", "d", "a", "e"}, 3, "d", ""},
		{spec.Push, []string{"b"}, 1, "b", ReasonUnreadable}, // what cannot be read is not known to be there
		{spec.Push, []string{"l", "z"}, 2, "l", ReasonSymlink},
		{spec.Push, []string{"k", "l"}, 2, "k", ""},
		{spec.Pull, []string{"a", "b"}, 0, "", ""},
		{spec.Pull, []string{"c"}, 1, "c", ""}, // the target has it
		{spec.Pull, []string{"x//y"}, 1, "x//y", ReasonEmptySegment},
	} {
		p := policy(row.direction, never)
		p.Require = row.require
		s, _ := planned(t, p, Sources{Local: files, Remote: objects})
		if s.Summary.Missing != row.missing || s.Summary.MissingAt != row.first || s.Summary.MissingWhy != row.why {
			t.Errorf("%v of a %v: missing %d, first %q (%s)", row.require, row.direction, s.Summary.Missing, s.Summary.MissingAt, s.Summary.MissingWhy)
		}
	}
}

// A file system that was mounted inside the tree is remembered. When it is gone,
// the deletes below its place are counted for the guard; it is forgotten with
// the first plan that deletes there, which only runs if the guard was overridden.
func TestD10_MountThatIsGone(t *testing.T) {
	p := policy(spec.Push, all)
	mount := Local{Path: "data/", Problem: ReasonOtherDevice}
	known := Base{Path: "data/", Mount: true}
	objects := []Remote{{Path: "data/x"}, {Path: "data/y/z"}, {Path: "data0"}}
	keep := &Conflict{Path: "data/", Reason: ReasonOtherDevice}
	gone := func(path string) Action { return &DeleteRemote{Path: path, Reason: ReasonGone} }
	for _, row := range []struct {
		name      string
		sources   Sources
		unmounted int64
		want      []Action
	}{
		{"mounted", Sources{Local: seq(mount), Remote: seq(objects...)}, 0, []Action{keep, &Record{known}, gone("data0")}},
		{"mounted still", Sources{Local: seq(mount), Remote: seq(objects...), Base: seq(known)}, 0, []Action{keep, gone("data0")}},
		{"gone", Sources{Local: seq[Local](), Remote: seq(objects...), Base: seq(known)}, 2,
			[]Action{&Forget{Path: "data/"}, gone("data/x"), gone("data/y/z"), gone("data0")}},
		{"gone, nothing to delete there", Sources{Local: seq[Local](), Remote: seq(objects[2]), Base: seq(known)}, 0, []Action{gone("data0")}},
		{"gone, and a marker with content at its place", Sources{Local: seq[Local](), Base: seq(known),
			Remote: seq(append([]Remote{{Path: "data/", Version: Version{Size: 2}}}, objects...)...)}, 2,
			[]Action{&Conflict{Path: "data/", Reason: ReasonMarkerContent}, gone("data/x"), gone("data/y/z"), gone("data0")}},
		{"gone, and its files stand in the tree", Sources{Local: seq(Local{Path: "data/x"}, Local{Path: "data/y/z"}), Remote: seq(objects...), Base: seq(known)}, 0,
			[]Action{&Forget{Path: "data/"}, gone("data0")}},
		{"gone, and some of its files stand in the tree", Sources{Local: seq(Local{Path: "data/x"}), Remote: seq(objects...), Base: seq(known)}, 1,
			[]Action{&Forget{Path: "data/"}, gone("data/y/z"), gone("data0")}},
		{"its parent is unreadable", Sources{Local: seq(Local{Path: "data/", Problem: ReasonUnreadable}), Remote: seq(objects...), Base: seq(known)}, 0,
			[]Action{&Conflict{Path: "data/", Reason: ReasonUnreadable}, gone("data0")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, got := planned(t, p, row.sources)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
			first := ""
			if row.unmounted > 0 {
				first = "data/"
			}
			if s.Summary.Unmounted != row.unmounted || s.Summary.UnmountedAt != first {
				t.Errorf("%d deletes at %q", s.Summary.Unmounted, s.Summary.UnmountedAt)
			}
		})
	}
	_, got := planned(t, policy(spec.Pull, all), Sources{Local: seq(mount), Remote: seq[Remote]()})
	if diff := cmp.Diff([]Action{keep}, got); diff != "" {
		t.Errorf("a pull remembers the mount:\n%s", diff)
	}
}

// Without deletes a mount is forgotten only once every object has a file again.
func TestD10_MountStaysKnownWhileObjectsLackFiles(t *testing.T) {
	base := seq(Base{Path: "data/", Mount: true})
	remote := seq(Remote{Path: "data/x"}, Remote{Path: "data/y"})
	_, got := planned(t, policy(spec.Push, never), Sources{Local: seq(Local{Path: "data/x"}), Remote: remote, Base: base})
	if len(got) != 0 {
		t.Errorf("%v", got)
	}
	_, got = planned(t, policy(spec.Push, never), Sources{Local: seq(Local{Path: "data/x"}, Local{Path: "data/y"}), Remote: remote, Base: base})
	if diff := cmp.Diff([]Action{&Forget{Path: "data/"}}, got); diff != "" {
		t.Error(diff)
	}
}

// A saved plan that leaves out the deletes does not forget for what they wait.
func TestD10_NarrowedPlanRemembersTheMount(t *testing.T) {
	upload := &Upload{Path: "a", Reason: ReasonNew}
	fresh := sectionOf(t, Header{}, upload, &Forget{Path: "b"}, &Forget{Path: "data/"}, &DeleteRemote{Path: "data/x", Reason: ReasonGone})
	got, err := narrowed(t, fresh, sectionOf(t, Header{}, upload))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Action{upload, &Forget{Path: "b"}}, rows(t, got)); diff != "" {
		t.Error(diff)
	}
}

func TestD32_EverythingDiffers(t *testing.T) {
	replaced := Tally{Objects: 10}
	for _, row := range []struct {
		name    string
		summary Summary
		want    bool
	}{
		{"ten of ten", Summary{Replace: 10, Upload: replaced}, true},
		{"ten, and new ones", Summary{Replace: 10, Upload: Tally{Objects: 20}}, true},
		{"nine of nine", Summary{Replace: 9}, false},
		{"one has the same content", Summary{Replace: 10, Unchanged: 1}, false},
		{"one has the same content and other headers", Summary{Replace: 10, SetMeta: Tally{Objects: 1}}, false},
		{"all new", Summary{Upload: replaced}, false},
	} {
		if got := row.summary.AllReplaced(); got != row.want {
			t.Errorf("%s: %t", row.name, got)
		}
	}
}
