package plan

import (
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

const pointerText = "version https://git-lfs.github.com/spec/v1\n" +
	"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"

func TestP13_IsPointer(t *testing.T) {
	for _, row := range []struct {
		name, content string
		want          bool
	}{
		{"pointer", pointerText, true},
		{"shortest", pointerStart + "\n", true},
		{"lines end as on Windows", strings.ReplaceAll(pointerText, "\n", "\r\n"), true},
		{"a carriage return alone", pointerStart + "\rx", false},
		{"longest", pointerStart + "\n" + strings.Repeat("x", MaxPointer-2-len(pointerStart)), true},
		{"too long", pointerStart + "\n" + strings.Repeat("x", MaxPointer-1-len(pointerStart)), false},
		{"cut", pointerStart, false},
		{"empty", "", false},
		{"further down", "\n" + pointerText, false},
		{"next version", strings.Replace(pointerText, "v1", "v10", 1), false},
	} {
		if got := IsPointer([]byte(row.content)); got != row.want {
			t.Errorf("%s: %t", row.name, got)
		}
	}
}

// An upload is held back only if it is a pointer that replaces none, and only if
// the spec does not allow it.
func TestP13_PointerReplacesContent(t *testing.T) {
	small := local(Stat{Size: int64(len(pointerText))})
	atLeast := local(Stat{Size: MaxPointer})
	pointing := world{file: sumsB, head: sumsA.CRC64, pointer: true}
	same := remote(TypeNormal, int64(len(pointerText)), sumsA.MD5)
	for _, row := range []struct {
		name      string
		direction spec.Direction
		local     side
		remote    side
		world     world
		allowed   bool
		want      string
	}{
		{"pointer, other size", spec.Push, small, rA, pointing, false, "pointer : blocked conflict lfs-pointer"},
		{"pointer, same size", spec.Push, small, same, pointing, false, "hash head pointer : blocked conflict lfs-pointer"},
		{"no pointer", spec.Push, small, rA, wB, false, "pointer : change upload size-differs"},
		{"too large for one", spec.Push, atLeast, rA, pointing, false, "change upload size-differs"},
		{"too small for one", spec.Push, lTwenty, rA, pointing, false, "change upload size-differs"},
		{"allowed", spec.Push, small, rA, pointing, true, "change upload size-differs"},
		{"new", spec.Push, small, rNone, pointing, false, "pointer : blocked conflict lfs-pointer"},
		{"new, allowed", spec.Push, small, rNone, pointing, true, "change upload new"},
		{"new, no pointer", spec.Push, small, rNone, wB, false, "pointer : change upload new"},
		{"same content", spec.Push, small, same, world{file: sumsA, pointer: true}, false, "hash : unchanged record same"},
		{"pull", spec.Pull, small, rA, pointing, false, "change download size-differs"},
	} {
		p := policy(row.direction, never)
		p.Allows = func(string) bool { return row.allowed }
		v, asks := settle(p, state("p", row.local, row.remote, bNone), row.world)
		if got := told(v, asks); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
		if c, ok := v.Action.(*Conflict); ok && !c.Due {
			t.Errorf("%s: deletes are not held", row.name)
		}
	}
}

// A new file that could not be looked at is no reason to ask again, and none to send it.
func TestP12_P13_NewFileThatCannotBeRead(t *testing.T) {
	s := state("p", local(Stat{Size: int64(len(pointerText))}), rNone, bNone)
	v := policy(spec.Push, all).Diff(s, &Evidence{LocalFault: ReasonUnreadable, Detail: "permission denied"})
	if got := told(v, nil); got != "blocked conflict unreadable" {
		t.Error(got)
	}
}
