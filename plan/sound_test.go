package plan

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/osssync/osssync/spec"
)

// drawn is a path in which index and evidence are honest: what they say of a
// content is true of the contents drawn.
type drawn struct {
	state *State
	world world
	here  Sums // the file's content
	same  bool // the object has it too
	kms   bool // the ETag looks like an MD5 and is none
}

func drawPath(t *rapid.T) drawn {
	contents := []Sums{sumsA, sumsB}
	here, there := rapid.IntRange(0, 1).Draw(t, "here"), rapid.IntRange(0, 1).Draw(t, "there")
	s := state("p")
	rapid.SampledFrom([]side{lNone, lTen, lTwenty, lShield, lSymlink}).Draw(t, "local")(s)
	rapid.SampledFrom([]side{rNone, rA, rMulti, rKMS, rHex, rTwenty, rRefused, rSymlink, rArchived, rColdPart}).Draw(t, "remote")(s)
	d := drawn{state: s, here: contents[here], kms: s.Remote.Version.ETag == state("p", rKMS).Remote.Version.ETag}
	if s.Remote.Type == TypeNormal && !d.kms {
		s.Remote.Version.ETag = contents[there].MD5
	}
	d.same = here == there && s.Local.Stat.Size == s.Remote.Version.Size
	d.world = world{file: contents[here], object: contents[there], racy: rapid.Bool().Draw(t, "racy reading")}
	if rapid.Bool().Draw(t, "has CRC") {
		d.world.head = contents[there].CRC64
	}
	if rapid.Bool().Draw(t, "has row") {
		s.Base = d.drawRow(t, here, there, contents)
	}
	return d
}

// drawRow draws an index row. It may hold only for the sides that have the
// content of which it tells; a racy one may be wrong.
func (d *drawn) drawRow(t *rapid.T, here, there int, contents []Sums) *Base {
	told := rapid.IntRange(0, 1).Draw(t, "row's content")
	row := &Base{Path: "p", Local: statOther, Remote: Version{Size: 10, ETag: "OLD", Modified: noon}, Sums: contents[told]}
	row.Racy = rapid.Bool().Draw(t, "racy row")
	row.Owned = rapid.Bool().Draw(t, "owned")
	row.Headers = rapid.SampledFrom([]string{"", HeadersDigest(headers("p")), "0123456789abcdef"}).Draw(t, "headers")
	localHolds := rapid.Bool().Draw(t, "local holds") && (told == here || row.Racy)
	if localHolds {
		row.Local = d.state.Local.Stat
	}
	if rapid.Bool().Draw(t, "remote holds") && told == there && (!localHolds || d.same || row.Racy) {
		row.Remote = d.state.Remote.Version
		if rapid.Bool().Draw(t, "without time") {
			row.Remote.Modified = Version{}.Modified
		}
	}
	switch rapid.IntRange(0, 2).Draw(t, "row's sums") {
	case 0:
		row.Sums.MD5 = ""
	case 1:
		row.Sums.CRC64 = ""
	}
	return row
}

// Whatever is known of a path, Diff comes to an end, never changes a side for
// want of knowledge, and never takes different contents for the same.
func TestDiff_Sound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawPath(t)
		p := policy(rapid.SampledFrom([]spec.Direction{spec.Push, spec.Pull}).Draw(t, "direction"),
			rapid.SampledFrom([]spec.Prune{never, managed, all}).Draw(t, "prune"))
		p.Deep = rapid.Bool().Draw(t, "deep")
		v, asks := settle(p, d.state, d.world)
		if v.Ask != AskNothing || len(asks) > 3 {
			t.Fatalf("no end after %v", asks)
		}
		if d.state.LocalIs == Unknown || d.state.RemoteIs == Unknown {
			if _, conflict := v.Action.(*Conflict); v.Action != nil && !conflict || len(asks) > 0 {
				t.Fatalf("something unknown led to %s", told(v, asks))
			}
			return
		}
		checkDelete(t, p, d.state, v)
		if d.state.LocalIs == Present && d.state.RemoteIs == Present {
			checkCompared(t, d, v)
		}
	})
}

func checkDelete(t *rapid.T, p *Policy, s *State, v Verdict) {
	source := s.LocalIs
	switch v.Action.(type) {
	case *DeleteRemote:
	case *DeleteLocal:
		source = s.RemoteIs
	default:
		return
	}
	if source != Absent || p.Prune == never || p.Prune == managed && !v.Owned || v.Owned && !s.Base.Owned {
		t.Fatalf("source %s, prune %s, row %+v led to %s", source, p.Prune, s.Base, told(v, nil))
	}
}

func checkCompared(t *rapid.T, d drawn, v Verdict) {
	switch a := v.Action.(type) {
	case *Upload, *Download:
		if d.same && a.Why() != ReasonHeadersDiffer && !(d.kms && d.world.head == "") {
			t.Fatalf("equal contents led to %s", told(v, nil))
		}
	case *Conflict:
		if d.same && a.Reason != ReasonNoChecksum && a.Reason != ReasonArchived && a.Reason != ReasonObjectSymlink {
			t.Fatalf("equal contents led to %s", told(v, nil))
		}
	case *SetMeta:
		if !d.same || a.Sums.MD5 != "" && a.Sums.MD5 != d.here.MD5 {
			t.Fatalf("same %t, sums %v led to %+v", d.same, d.here, a)
		}
	case *Record:
		if !d.same || a.Base.Sums.or(d.here) != d.here {
			t.Fatalf("same %t, sums %v led to %+v", d.same, d.here, a.Base)
		}
	case nil:
		if v.Class == ClassUnchanged && !d.same {
			t.Fatalf("different contents taken for the same")
		}
	}
}
