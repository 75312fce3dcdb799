package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/spec"
)

// A file that was renamed to where it cannot be sent, or into a folder that
// cannot be read, still is at the source: nothing is deleted for its old name.
func TestD17_ContentThatIsNotSent(t *testing.T) {
	for _, row := range []struct {
		name    string
		local   Local
		remote  bool // has an object of that name
		unmoved int64
	}{
		{"unreadable folder", Local{Path: "b/", Problem: ReasonUnreadable}, false, 1},
		{"name with a control character", Local{Path: "b\x01", Problem: ReasonControlCharacter}, false, 1},
		{"name that is not UTF-8", Local{Path: "b\xff", Problem: ReasonNotUTF8}, false, 1},
		{"name of a secret, for which only some deletes wait", Local{Path: "a.pem"}, false, 0},
		{"name of a secret that no key can have", Local{Path: ".env.\x01", Problem: ReasonControlCharacter}, false, 1},
		{"such a name in a folder of version control", Local{Path: ".git/.env.\x01", Problem: ReasonControlCharacter}, false, 0},
		{"name of a secret that the bucket has", Local{Path: "a.pem"}, true, 0},
		{"unreadable file that the bucket has", Local{Path: "b", Problem: ReasonUnreadable}, true, 1},
		{"in a folder of such a name", Local{Path: ".git/HEAD"}, false, 0},
		{"folder of such a name, and no earlier apply", Local{Path: ".git/", Problem: ReasonSecretName}, false, 0},
		{"key too long", Local{Path: strings.Repeat("b", maxKey+1)}, false, 1},
		{"passed-over link", Local{Path: "b", Problem: ReasonSymlink, Passed: true}, false, 0},
		{"broken link", Local{Path: "b", Problem: ReasonSymlinkBroken}, false, 0},
		{"pipe", Local{Path: "b", Problem: ReasonFIFO}, false, 0},
		{"mount", Local{Path: "b/", Problem: ReasonOtherDevice}, false, 0},
		{"new file", Local{Path: "b"}, false, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			objects := []Remote{{Path: "a"}}
			if row.remote {
				objects = append(objects, Remote{Path: row.local.Path})
			}
			for _, direction := range []spec.Direction{spec.Push, spec.Pull} {
				want, at := row.unmoved, strings.ToValidUTF8(row.local.Path, "\uFFFD")
				if direction == spec.Pull && !row.remote {
					want = 0
				}
				if want == 0 {
					at = ""
				}
				s, _ := planned(t, policy(direction, all), Sources{Local: seq(row.local), Remote: seq(objects...)})
				if s.Summary.Unmoved != want || s.Summary.UnmovedAt != at {
					t.Errorf("%s: %d, first %q", direction, s.Summary.Unmoved, s.Summary.UnmovedAt)
				}
			}
		})
	}
}

// An object that was renamed to where it cannot be fetched still is in the bucket:
// the file of its old name stays where it is.
func TestD17_ContentThatIsNotFetched(t *testing.T) {
	for _, row := range []struct {
		name    string
		remote  Remote
		local   []Local // besides the file that is gone from the bucket
		unmoved int64
	}{
		{"archived", Remote{Path: "b", Archived: true}, nil, 1},
		{"archived, and the tree has the name", Remote{Path: "b", Archived: true}, []Local{{Path: "b", Stat: statTwenty}}, 1},
		{"archived, below a folder that cannot be read", Remote{Path: "b/c", Archived: true}, []Local{{Path: "b/", Problem: ReasonUnreadable}}, 1},
		{"empty segment", Remote{Path: "b//c"}, nil, 1},
		{"leading slash", Remote{Path: "/b"}, nil, 1},
		{"dots", Remote{Path: "../b"}, nil, 1},
		{"name too long", Remote{Path: strings.Repeat("b", maxName+1)}, nil, 1},
		{"name that is not UTF-8", Remote{Path: "b\xff"}, nil, 1},
		{"control character", Remote{Path: "b\x01"}, nil, 1},
		{"control character, and the tree has the name", Remote{Path: "b\x01"}, []Local{{Path: "b\x01", Problem: ReasonControlCharacter}}, 1},
		{"marker with content", Remote{Path: "b/", Version: Version{Size: 1}}, nil, 1},
		{"marker", Remote{Path: "b/"}, nil, 0},
		{"marker of a refused key", Remote{Path: "b//"}, nil, 0},
		{"symbolic link", Remote{Path: "b", Type: TypeSymlink}, nil, 0},
		{"symbolic link of a refused key", Remote{Path: "b//c", Type: TypeSymlink}, nil, 0},
		{"name that programs execute", Remote{Path: ".bashrc"}, nil, 0},
		{"at a link", Remote{Path: "b"}, []Local{{Path: "b", Problem: ReasonSymlink, Passed: true}}, 1},
		{"new object", Remote{Path: "b"}, nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			at := ""
			if row.unmoved > 0 {
				at = strings.ToValidUTF8(row.remote.Path, "\uFFFD")
			}
			local := append([]Local{{Path: "a"}}, row.local...)
			s, _ := planned(t, policy(spec.Pull, all), Sources{Local: seq(local...), Remote: seq(row.remote)})
			if s.Summary.Unmoved != row.unmoved || s.Summary.UnmovedAt != at {
				t.Errorf("%d, first %q", s.Summary.Unmoved, s.Summary.UnmovedAt)
			}
		})
	}
}

// Content may also be renamed over what the target has. What differs from that, or
// cannot be compared with it, and is not moved holds deletes; headers do not.
func TestD17_ContentThatReplacesNothing(t *testing.T) {
	vast := remote("Multipart", maxParts*maxPartSize+1, "ABCDEF-9")
	for _, row := range []struct {
		name      string
		direction spec.Direction
		state     *State
		deep      bool
		unmoved   bool
	}{
		{"no checksum", spec.Push, state("p", lTen, rMulti), false, true},
		{"no checksum, read", spec.Push, state("p", lTen, rMulti), true, true},
		{"archived, and its content is asked for", spec.Push, state("p", lTen, rColdPart), true, true},
		{"too large", spec.Push, state("p", lHuge, rA), false, true},
		{"too large for other headers", spec.Push, state("p", lHuge, vast, bDrifted), false, false},
		{"the object is a link", spec.Push, state("p", lTen, rSymlink), false, true},
		{"the object is a link, and there is no file", spec.Push, state("p", lNone, rSymlink), false, false},
		{"archived", spec.Push, state("p", lTwenty, rArchived), false, false},

		{"archived, sizes differ", spec.Pull, state("p", lTwenty, rArchived), false, true},
		{"archived, contents differ", spec.Pull, state("p", lTen, rArchived), false, true},
		{"archived, same", spec.Pull, state("p", lTen, rArchived, bHolds), false, false},
		{"no checksum", spec.Pull, state("p", lTen, rMulti), false, true},
		{"the object is a link", spec.Pull, state("p", lTen, rSymlink), false, false},
		{"a link is in the way", spec.Pull, state("p", lPassed, rA), false, true},
		{"a link took the place of what was fetched", spec.Pull, state("p", lPassed, rA, bHolds), false, false},
		{"below what cannot be read", spec.Pull, state("p", lShield, rA), false, true},
		{"below what cannot be read, rewritten since", spec.Pull, state("p", lShield, rA, bRemoteMoved), false, true},
		{"fetched, and cannot be read any more", spec.Pull, state("p", lShield, rA, bHolds), false, false},
		{"below what cannot be read, and there is no object", spec.Pull, state("p", lShield, rNone), false, false},
		{"below what cannot be read", spec.Push, state("p", lShield, rA), false, false},
	} {
		p := policy(row.direction, all)
		p.Deep = row.deep
		v, asks := settle(p, row.state, wA)
		if v.Unmoved != row.unmoved {
			t.Errorf("%s, %s: %s, unmoved %t", row.direction, row.name, told(v, asks), v.Unmoved)
		}
	}
}

// Content that was renamed to a name that is file and directory at once is not moved
// either, whichever of the two names is seen first.
func TestD17_K6_ContentThatCollides(t *testing.T) {
	at := func(path string, sides ...side) State { return *state(path, sides...) }
	unreadable := func(s *State) { lSymlink(s); s.Local.Problem = ReasonUnreadable }
	for _, row := range []struct {
		name      string
		direction spec.Direction
		states    []State
		unmoved   int64
		first     string
	}{
		{"renamed below an object", spec.Push, []State{at("a", lNone, rA), at("a/b", lTen, rTwenty)}, 1, "a/b"},
		{"renamed above an object", spec.Push, []State{at("a", lTen, rTwenty), at("a/b", lNone, rA)}, 1, "a"},
		{"above two objects", spec.Push, []State{at("a", lTen, rTwenty), at("a/b", lNone, rA), at("a/c", lNone, rA)}, 1, "a"},
		{"found after another", spec.Push, []State{at("a", lTen, rTwenty), at("a\x01", unreadable, rNone), at("a/b", lNone, rA)}, 2, "a"},
		{"found after another before it", spec.Push, []State{at("A\xff", unreadable, rNone), at("a", lTen, rTwenty), at("a/b", lNone, rA)}, 2, "A\uFFFD"},
		{"the object has the content", spec.Push, []State{at("a", lTen, rA, bHolds), at("a/b", lNone, rA)}, 0, ""},
		{"the object has the content, and other headers", spec.Push, []State{at("a", lNone, rA), at("a/b", lTen, rArchived, bDrifted)}, 0, ""},
		{"the object has the content, and other headers, found late", spec.Push, []State{at("a", lTen, rArchived, bDrifted), at("a/b", lNone, rA)}, 0, ""},
		{"two objects of others", spec.Push, []State{at("a", lNone, rA), at("a/b", lNone, rA)}, 0, ""},
		{"file becomes directory half way", spec.Push, []State{at("a", lNone, rA, bOwned), at("a/b", lTen, rTwenty)}, 0, ""},

		{"renamed below a file", spec.Pull, []State{at("a", lTen, rNone), at("a/b", lNone, rA)}, 1, "a/b"},
		{"renamed onto a directory", spec.Pull, []State{at("a", lNone, rA), at("a/b", lTen, rNone)}, 1, "a"},
		{"renamed onto a directory that cannot be read", spec.Pull, []State{at("a", lNone, rA), at("a/", unreadable, rNone)}, 1, "a"},
		{"both objects are new", spec.Pull, []State{at("a", lNone, rA), at("a/b", lNone, rA)}, 2, "a"},
		{"renamed over a file", spec.Pull, []State{at("a", lNone, rA), at("a/b", lTen, rTwenty)}, 2, "a"},
		{"the file has the content", spec.Pull, []State{at("a", lTen, rA, bHolds), at("a/b", lNone, rA)}, 1, "a/b"},
		{"archived, which is a conflict already", spec.Pull, []State{at("a", lTen, rNone), at("a/b", lNone, rArchived)}, 1, "a/b"},
	} {
		t.Run(row.direction.String()+" "+row.name, func(t *testing.T) {
			p := policy(row.direction, managed)
			gone := at("z", lNone, rA, bOwned)
			if row.direction == spec.Pull {
				gone = at("z", lTen, rNone, bOwned)
			}
			var entries []entry
			for _, s := range append(row.states, gone) {
				v, _ := settle(p, &s, world{})
				entries = append(entries, entry{s, v})
			}
			section, _ := drafted(t, p, entries)
			s := section.Summary
			if s.Unmoved != row.unmoved || s.UnmovedAt != row.first || s.Undecided != 0 {
				t.Errorf("%d, first %q; %d undecided", s.Unmoved, s.UnmovedAt, s.Undecided)
			}
		})
	}
}

// A name of a secret holds deletes in the plan that meets it first, as it is, and in
// none after an apply has shown it. What its row remembers is of no use for anything
// else.
func TestD17_P16_DeniedNamesHoldOnce(t *testing.T) {
	file := Local{Path: ".env", Stat: statTen}
	folder := Local{Path: ".ssh/", Problem: ReasonSecretName}
	edited := file
	edited.Stat.MtimeNs++
	seen := Base{Path: ".env", Local: statTen, Denied: true}
	for _, row := range []struct {
		name    string
		applied bool // by an earlier run
		local   Local
		base    []Base
		holds   bool
		row     *Base // that is remembered
	}{
		{"new file", false, file, nil, true, &seen},
		{"new file, after an apply", true, file, nil, true, &seen},
		{"shown", true, file, []Base{seen}, false, nil},
		{"another file since", true, edited, []Base{seen}, true, &Base{Path: ".env", Local: edited.Stat, Denied: true}},
		{"was allowed once", true, file, []Base{{Path: ".env", Local: statTen, Owned: true}}, true, &seen},
		{"folder without state", false, folder, nil, true, &Base{Path: ".ssh/", Denied: true}},
		{"folder of version control without state", false, Local{Path: "x/.GIT/", Problem: ReasonSecretName}, nil, false, &Base{Path: "x/.GIT/", Denied: true}},
		{"folder of version control after an apply", true, Local{Path: ".git/", Problem: ReasonSecretName}, nil, true, &Base{Path: ".git/", Denied: true}},
		{"new folder", true, folder, nil, true, &Base{Path: ".ssh/", Denied: true}},
		{"folder that was shown", true, folder, []Base{{Path: ".ssh/", Denied: true}}, false, nil},
		{"folder in such a folder", true, Local{Path: ".git/.ssh/", Problem: ReasonSecretName}, nil, false, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := policy(spec.Push, all)
			p.Applied = row.applied
			s, got := planned(t, p, Sources{Local: seq(row.local), Remote: seq(Remote{Path: "a", Version: Version{Size: statTen.Size}}), Base: seq(row.base...)})
			var remembered *Base
			for _, a := range got {
				if record, ok := a.(*Record); ok {
					remembered = &record.Base
				}
			}
			if diff := cmp.Diff(row.row, remembered); diff != "" {
				t.Error(diff)
			}
			sum, want := s.Summary, int64(0)
			if row.holds {
				want = 1
			}
			if sum.Unmoved != 0 || sum.Waiting != want || (sum.WaitingFor == row.local.Path) != row.holds || sum.Denied != 1 || sum.DeleteRemote.Objects != 1 {
				t.Errorf("%+v", sum)
			}
		})
	}
	if s, _ := planned(t, policy(spec.Push, never), Sources{Local: seq(file), Remote: seq[Remote]()}); s.Summary.Unmoved != 0 || s.Summary.Record != 1 {
		t.Errorf("with prune: never: %+v", s.Summary)
	}
	// Now it is allowed: what is known of a denied file is not known of both sides.
	if seen.localHolds(statTen) || seen.remoteHolds(Version{}) {
		t.Error("the row of a denied file holds for a side")
	}
	if _, got := planned(t, policy(spec.Push, all), Sources{Local: seq[Local](), Remote: seq[Remote](), Base: seq(seen)}); lines(got) != "forget .env" {
		t.Errorf("gone: %s", lines(got))
	}
}
