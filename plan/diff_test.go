package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

// told writes a verdict and the way to it as the tables have it:
// "[asks:] class [op reason [, owned]]".
func told(v Verdict, asks []Ask) string {
	var b strings.Builder
	for _, ask := range asks {
		b.WriteString([]string{AskLocalSums: "hash", AskRemoteSums: "head", AskRemoteBody: "body", AskPointer: "pointer"}[ask] + " ")
	}
	if len(asks) > 0 {
		b.WriteString(": ")
	}
	b.WriteString([]string{"none", "unchanged", "change", "extra", "shielded", "blocked"}[v.Class])
	if v.Action != nil {
		fmt.Fprintf(&b, " %s %s", v.Action.op(), v.Action.Why())
	}
	if v.Owned {
		b.WriteString(", owned")
	}
	return b.String()
}

type diffRow struct {
	name                string
	local, remote, base side
	prune               spec.Prune
	world               world
	want                string
}

const (
	never   = spec.PruneNever
	managed = spec.PruneManaged
	all     = spec.PruneAll
)

var (
	wA     = world{file: sumsA}
	wB     = world{file: sumsB}
	wAHead = world{file: sumsA, head: sumsA.CRC64}
	wBHead = world{file: sumsB, head: sumsA.CRC64}
)

// bothRows are decided alike by push and pull, but for the word of the transfer.
var bothRows = []diffRow{
	{"nothing at all", lNone, rNone, bNone, all, world{}, "none"},
	{"gone on both sides", lNone, rNone, bOwned, all, world{}, "none forget forgotten"},
	{"row holds", lTen, rA, bHolds, all, world{}, "unchanged"},
	{"row holds, multipart", lTen, rMulti, bHolds, all, world{}, "unchanged"},
	{"row holds, owned", lTen, rA, bOwned, all, world{}, "unchanged"},
	{"L16 row holds, sizes differ", lTwenty, rA, bHolds, never, world{}, "change MOVE size-differs"},
	{"row without time holds", lTen, rA, bNoTime, never, world{}, "unchanged record same"},
	{"sizes differ", lTwenty, rA, bNone, never, world{}, "change MOVE size-differs"},
	{"sizes differ, row of the past", lTwenty, rA, bBothMoved, never, world{}, "change MOVE size-differs"},
	{"no row, MD5 equal", lTen, rA, bNone, never, wA, "hash : unchanged record same"},
	{"no row, MD5 equal, lower case", lTen, rLower, bNone, never, wA, "hash : unchanged record same"},
	{"no row, MD5 differs, CRC differs", lTen, rA, bNone, never, wBHead, "hash head : change MOVE content-differs"},
	{"no row, MD5 differs, no CRC", lTen, rA, bNone, never, wB, "hash head : change MOVE content-differs"},
	{"no row, KMS, CRC equal", lTen, rKMS, bNone, never, wAHead, "hash head : unchanged record same"},
	{"no row, KMS, CRC differs", lTen, rKMS, bNone, never, wBHead, "hash head : change MOVE content-differs"},
	{"no row, multipart equal", lTen, rMulti, bNone, never, wAHead, "head hash : unchanged record same"},
	{"no row, multipart differs", lTen, rMulti, bNone, never, wBHead, "head hash : change MOVE content-differs"},
	{"no row, multipart without CRC", lTen, rMulti, bNone, never, wA, "head : blocked conflict no-checksum"},
	{"I4 ETag of another type is no MD5", lTen, rHex, bNone, never, wBHead, "head hash : change MOVE content-differs"},
	{"touched, same", lTen, rA, bLocalMoved, never, wA, "hash : unchanged record same"},
	{"touched, multipart: the row stands in for HEAD", lTen, rMulti, bLocalMoved, never, wA, "hash : unchanged record same"},
	{"edited, same size, multipart: the row stands in for HEAD", lTen, rMulti, bLocalMoved, never, wB, "hash : change MOVE content-differs"},
	{"rewritten, multipart: the row stands in for hashing", lTen, rMulti, bRemoteMoved, never, wAHead, "head : unchanged record same"},
	{"rewritten, multipart, other content", lTen, rMulti, bRemoteMoved, never, world{head: "22"}, "head : change MOVE content-differs"},
	{"rewritten, other MD5", lTen, rB, bRemoteMoved, never, world{head: "22"}, "head : change MOVE content-differs"},
	{"rewritten, same MD5", lTen, rA, bRemoteTouch, never, world{}, "unchanged record same"},
	{"row with MD5 only, multipart", lTen, rMulti, bOnlyMD5, never, wAHead, "head hash : unchanged record same"},
	{"row with MD5 only, other MD5", lTen, rB, bOnlyMD5, never, world{file: sumsA, head: "22"}, "head hash : change MOVE content-differs"},
	{"row with CRC only, Normal", lTen, rA, bOnlyCRC, never, wA, "hash : unchanged record same"},
	{"both moved, same", lTen, rA, bBothMoved, never, wA, "hash : unchanged record same"},
	{"P3 racy row, same", lTen, rA, bRacy, never, wA, "hash : unchanged record same"},
	{"P3 racy row, edited in the same tick", lTen, rA, bRacy, never, wB, "hash : change MOVE content-differs"},
	{"file cannot be read", lTen, rA, bNone, all, world{}, "hash : blocked conflict unreadable"},
	{"object moved while it was looked at", lTen, rMulti, bNone, all, world{gone: true}, "head : blocked conflict changed-while-read"},

	{"D15 refused key", lNone, rRefused, bNone, all, world{}, "blocked conflict empty-segment"},
	{"D15 refused key, owned row", lNone, rRefused, bOwned, all, world{}, "blocked conflict empty-segment"},
	{"refused key and a file", lTen, rRefused, bNone, all, world{}, "blocked conflict empty-segment"},
	{"D16 symlink, no object", lSymlink, rNone, bNone, all, world{}, "blocked conflict symlink"},
	{"D16 symlink, object", lSymlink, rA, bNone, all, world{}, "blocked conflict symlink"},
	{"D16 symlink, object, owned row", lSymlink, rA, bOwned, all, world{}, "blocked conflict symlink"},
	{"symlink and refused key", lSymlink, rRefused, bNone, all, world{}, "blocked conflict symlink"},
	{"D8 shielded, no object", lShield, rNone, bOwned, all, world{}, "shielded"},
	{"D8 shielded, object", lShield, rA, bNone, all, world{}, "shielded"},
	{"D8 shielded, object, owned row", lShield, rA, bOwned, all, world{}, "shielded"},
	{"shielded, refused key", lShield, rRefused, bNone, all, world{}, "blocked conflict empty-segment"},
	{"object is a symlink", lTen, rSymlink, bNone, all, world{}, "blocked conflict object-symlink"},
	{"object is a symlink, nothing here", lNone, rSymlink, bNone, all, world{}, "blocked conflict object-symlink"},
}

var pushRows = []diffRow{
	{"new", lTen, rNone, bNone, never, world{}, "change upload new"},
	{"new, row of a deleted object", lTen, rNone, bOwned, never, world{}, "change upload new"},
	{"too large", lHuge, rNone, bNone, never, world{}, "blocked conflict too-large"},
	{"too large over an object", lHuge, rA, bNone, never, world{}, "blocked conflict too-large"},
	{"over an archived object", lTwenty, rArchived, bNone, never, world{}, "change upload size-differs"},
	{"extra, never", lNone, rA, bOwned, never, world{}, "extra"},
	{"extra, managed, no row", lNone, rA, bNone, managed, world{}, "extra"},
	{"extra, managed, not owned", lNone, rA, bHolds, managed, world{}, "extra"},
	{"extra, managed, owned", lNone, rA, bOwned, managed, world{}, "change delete-remote gone-owned, owned"},
	{"extra, managed, owned, without time", lNone, rA, bNoTime, managed, world{}, "change delete-remote gone-owned, owned"},
	{"extra, managed, owned, racy", lNone, rA, bRacy, managed, world{}, "change delete-remote gone-owned, owned"},
	{"extra, managed, owned, rewritten since", lNone, rA, bRemoteMoved, managed, world{}, "extra"},
	{"extra, managed, owned, file moved before it went", lNone, rA, bLocalMoved, managed, world{}, "change delete-remote gone-owned, owned"},
	{"extra, all, no row", lNone, rA, bNone, all, world{}, "change delete-remote gone"},
	{"extra, all, owned", lNone, rA, bOwned, all, world{}, "change delete-remote gone-owned, owned"},
	{"extra, all, rewritten since", lNone, rA, bRemoteMoved, all, world{}, "change delete-remote gone"},
	{"extra, all, archived", lNone, rArchived, bNone, all, world{}, "change delete-remote gone"},
	{"headers as set", lTen, rA, bHeaders, never, world{}, "unchanged"},
	{"headers drifted", lTen, rA, bDrifted, never, world{}, "change set-meta headers-differ"},
	{"headers drifted, touched", lTen, rA, bDriftMoved, never, wA, "hash : change set-meta headers-differ"},
	{"headers drifted, over 5 GiB", local(Stat{Size: maxCopy + 1}), rVast, bDrifted, never, world{}, "change upload headers-differ"},
	{"headers drifted, archived", lTen, rArchived, bDrifted, never, world{}, "change upload headers-differ"},
	{"headers unknown", lTen, rA, bOwned, never, world{}, "unchanged"},
}

var pullRows = []diffRow{
	{"new", lNone, rA, bNone, never, world{}, "change download new"},
	{"new, file was deleted here", lNone, rA, bOwned, never, world{}, "change download new"},
	{"new, archived", lNone, rArchived, bNone, never, world{}, "blocked conflict archived"},
	{"sizes differ, archived", lTwenty, rArchived, bNone, never, world{}, "blocked conflict archived"},
	{"archived and differs", lTen, rArchived, bNone, never, world{file: sumsA, head: "22"}, "hash head : blocked conflict archived"},
	{"archived and same", lTen, rArchived, bNone, never, wB, "hash : unchanged record same"},
	{"extra, never", lTen, rNone, bOwned, never, world{}, "extra"},
	{"extra, managed, no row", lTen, rNone, bNone, managed, world{}, "extra"},
	{"extra, managed, not owned", lTen, rNone, bHolds, managed, world{}, "extra"},
	{"extra, managed, owned", lTen, rNone, bOwned, managed, world{}, "change delete-local gone-owned, owned"},
	{"extra, managed, owned, edited since", lTen, rNone, bLocalMoved, managed, world{}, "extra"},
	{"extra, managed, owned, racy", lTen, rNone, bRacy, managed, world{}, "extra"},
	{"extra, all, no row", lTen, rNone, bNone, all, world{}, "change delete-local gone"},
	{"extra, all, owned", lTen, rNone, bOwned, all, world{}, "change delete-local gone-owned, owned"},
	{"extra, all, edited since", lTen, rNone, bLocalMoved, all, world{}, "change delete-local gone"},
	{"headers do not matter", lTen, rA, bDrifted, never, world{}, "unchanged"},
}

func TestD8_D15_D16_I4_L15_L20_P12_Diff(t *testing.T) {
	for _, direction := range []spec.Direction{spec.Push, spec.Pull} {
		move, rows := "upload", pushRows
		if direction == spec.Pull {
			move, rows = "download", pullRows
		}
		for _, row := range append(bothRows[:len(bothRows):len(bothRows)], rows...) {
			t.Run(direction.String()+"/"+row.name, func(t *testing.T) {
				s := state("p", row.local, row.remote, row.base)
				v, asks := settle(policy(direction, row.prune), s, row.world)
				if got, want := told(v, asks), strings.ReplaceAll(row.want, "MOVE", move); got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			})
		}
	}
}

func TestDiff_Deep(t *testing.T) {
	for _, row := range []diffRow{
		{"same", lTen, rMulti, bNone, never, world{file: sumsA, object: sumsA}, "head body hash : unchanged record same"},
		{"differs", lTen, rMulti, bNone, never, world{file: sumsB, object: sumsA}, "head body hash : change upload content-differs"},
		{"HEAD suffices", lTen, rMulti, bNone, never, wAHead, "head hash : unchanged record same"},
		{"row stands in for hashing", lTen, rMulti, bRemoteMoved, never, world{object: sumsA}, "head body : unchanged record same"},
		{"I5 body tells nothing", lTen, rMulti, bNone, never, wA, "head body : blocked conflict no-checksum"},
		{"archived bodies cannot be read", lTen, rColdPart, bNone, never, wA, "head : blocked conflict archived"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := policy(spec.Push, row.prune)
			p.Deep = true
			v, asks := settle(p, state("p", row.local, row.remote, row.base), row.world)
			if got := told(v, asks); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestK10_KeyLength(t *testing.T) {
	p := policy(spec.Push, spec.PruneNever)
	for _, row := range []struct {
		length int
		want   string
	}{
		{maxKey - p.PrefixLen, "change upload new"},
		{maxKey - p.PrefixLen + 1, "blocked conflict key-too-long"},
	} {
		v, asks := settle(p, state(strings.Repeat("k", row.length), lTen, rNone), world{})
		if got := told(v, asks); got != row.want {
			t.Errorf("K10 path of %d bytes: got %s, want %s", row.length, got, row.want)
		}
	}
}
