//go:build failpoint

package chaos

import (
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
)

// TestDiskKnown has each call of one kind go wrong in one way, where a known bug does
// not survive it.
func TestDiskKnown(t *testing.T) {
	dir := ground.Memory(t)
	var folder counter
	for name, c := range map[string]struct{ text, op, do string }{
		"D8 folder that cannot be read": {"push,all,page=0,workers=1; local+a/b=3 local+c=4; local-c local+d=1", "readdir", "EIO"},
		"D26 file that was edited":      {"pull,managed,page=0,workers=1; remote+a=3 remote+b=4; remote-a remote+c=1", "lstat", meddling},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := parseSchedule(c.text)
			if err != nil {
				t.Fatal(err)
			}
			var last *outcome
			if err := bubble(t, dir, folder.next(), func(dir string) (err error) {
				last, err = rehearse(dir, s)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for n := range last.calls[c.op] {
				s.steps[len(s.steps)-1].disk = []diskFault{{op: c.op, nth: n + 1, do: c.do}}
				if err := bubble(t, dir, folder.next(), func(dir string) error { return play(dir, s) }); err != nil {
					t.Errorf("OSSSYNC_SCHEDULE='%s': %v", s, err)
				}
			}
		})
	}
}
