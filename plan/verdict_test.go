package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/spec"
)

// What a verdict carries, field by field.
func TestDiff_Actions(t *testing.T) {
	ten, versionA := statTen, state("p", rA).Remote.Version
	multi, kms := state("p", rMulti).Remote.Version, state("p", rKMS).Remote.Version
	for _, row := range []struct {
		name      string
		direction spec.Direction
		state     *State
		world     world
		want      Action
	}{
		{"upload new", spec.Push, state("p", lTen, rNone), world{},
			&Upload{Path: "p", Reason: ReasonNew, Local: ten, Headers: headers("p"), Phase: 1, Requests: 1}},
		{"upload over", spec.Push, state("p", lTwenty, rA), world{},
			&Upload{Path: "p", Reason: ReasonSizeDiffers, Local: statTwenty, Before: &versionA, Headers: headers("p"), Phase: 1, Requests: 2}},
		{"download new", spec.Pull, state("p", lNone, rA), world{},
			&Download{Path: "p", Reason: ReasonNew, Remote: versionA, Phase: 1, Requests: 2}},
		{"download over", spec.Pull, state("p", lTwenty, rA), world{},
			&Download{Path: "p", Reason: ReasonSizeDiffers, Remote: versionA, Before: &statTwenty, Preserve: true, Phase: 1, Requests: 2}},
		{"download over what this mapping put there", spec.Pull, state("p", lTen, rTwenty, bRemoteMoved), world{},
			&Download{Path: "p", Reason: ReasonSizeDiffers, Remote: state("p", rTwenty).Remote.Version, Before: &ten, Phase: 1, Requests: 2}},
		{"download over what stood there before", spec.Pull, state("p", lTen, rTwenty, bFound), world{},
			&Download{Path: "p", Reason: ReasonSizeDiffers, Remote: state("p", rTwenty).Remote.Version, Before: &ten, Preserve: true, Phase: 1, Requests: 2}},
		{"set meta after a racy reading", spec.Push, state("p", lTen, rA, bDriftMoved), world{file: sumsA, racy: true},
			&SetMeta{Path: "p", Reason: ReasonHeadersDiffer, Remote: versionA, Local: ten, Sums: sumsA, Headers: headers("p"), Racy: true}},
		{"delete remote", spec.Push, state("p", lNone, rA), world{},
			&DeleteRemote{Path: "p", Reason: ReasonGone, Before: versionA}},
		{"delete local", spec.Pull, state("p", lTen, rNone), world{},
			&DeleteLocal{Path: "p", Reason: ReasonGone, Before: ten}},
		{"conflict keeps the evidence", spec.Push, state("p", lSymlink, rA), world{},
			&Conflict{Path: "p", Reason: ReasonSymlink, Detail: "-> q"}},
		{"what the spec passes over", spec.Push, state("p", lPassed, rA), world{},
			&Skip{Path: "p", Reason: ReasonSymlink}},
		{"what the spec passes over is in the way of a pull", spec.Pull, state("p", lPassed, rA), world{},
			&Conflict{Path: "p", Reason: ReasonSymlink, Detail: "-> q"}},
		{"what the spec passes over is in nobody's way", spec.Pull, state("p", lPassed, rNone), world{},
			&Skip{Path: "p", Reason: ReasonSymlink}},
		{"unreadable keeps the evidence", spec.Push, state("p", lTen, rA), world{},
			&Conflict{Path: "p", Reason: ReasonUnreadable, Detail: "permission denied", Due: true}},

		{"record, first sight", spec.Push, state("p", lTen, rA), wA,
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA}}},
		{"P3 record of a racy reading", spec.Push, state("p", lTen, rA), world{file: sumsA, racy: true},
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA, Racy: true}}},
		{"record fills in the time", spec.Push, state("p", lTen, rA, bNoTime), world{},
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA, Owned: true}}},
		{"push owns what it put there, file touched", spec.Push, state("p", lTen, rA, bLocalMoved), wA,
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA, Owned: true}}},
		{"push does not own what another wrote", spec.Push, state("p", lTen, rA, bRemoteMoved), world{},
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA}}},
		{"pull owns what it put there, object rewritten", spec.Pull, state("p", lTen, rA, bRemoteMoved), world{},
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA, Owned: true}}},
		{"pull does not own a touched file", spec.Pull, state("p", lTen, rA, bLocalMoved), wA,
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA}}},
		{"pull owns a file of the same content whose attributes were set", spec.Pull,
			state("p", lTen, rA, base(func(b *Base) { b.Local.CtimeNs--; b.Owned = true })), wA,
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA, Owned: true}}},
		{"pull does not own a file of other content than it had put there", spec.Pull,
			state("p", lTen, rA, base(func(b *Base) { b.Local.CtimeNs--; b.Sums = sumsB; b.Owned = true })), wA,
			&Record{Base: Base{Path: "p", Local: ten, Remote: versionA, Sums: sumsA}}},
		{"a CRC-64 from HEAD is noted", spec.Push, state("p", lTen, rMulti, bRemoteMoved), wAHead,
			&Record{Base: Base{Path: "p", Local: ten, Remote: multi, Sums: sumsA}}},
		{"KMS: the ETag is not noted in place of the MD5", spec.Push, state("p", lTen, rKMS, bRemoteMoved), wAHead,
			&Record{Base: Base{Path: "p", Local: ten, Remote: kms, Sums: sumsA}}},
		{"KMS: the ETag is not noted for want of an MD5", spec.Push,
			state("p", lTen, rKMS, base(func(b *Base) { b.Remote.Modified, b.Sums.MD5 = Version{}.Modified, "" })), world{},
			&Record{Base: Base{Path: "p", Local: ten, Remote: kms, Sums: Sums{CRC64: sumsA.CRC64}}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			v, _ := settle(policy(row.direction, spec.PruneAll), row.state, row.world)
			if diff := cmp.Diff(row.want, v.Action); diff != "" {
				t.Error(diff)
			}
		})
	}
}
