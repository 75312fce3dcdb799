package plan

import (
	"strings"
	"testing"

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
		{"name of a secret", Local{Path: "a.pem"}, false, 1},
		{"name of a secret that the bucket has", Local{Path: "a.pem"}, true, 0},
		{"unreadable file that the bucket has", Local{Path: "b", Problem: ReasonUnreadable}, true, 0},
		{"in a folder of such a name", Local{Path: ".git/HEAD"}, false, 0},
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
				if direction == spec.Pull {
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
