package plan

import (
	"regexp"
	"testing"

	"github.com/osssync/osssync/spec"
)

var counted = regexp.MustCompile(`\b(\d+) (object|file|delete|byte|action)(s?)\b`)

// Each fact of a guard, and what is told of a stale plan, is right for one and two.
func TestPlural_Guards(t *testing.T) {
	for n := range int64(3) {
		tally := Tally{Objects: n + 1, Bytes: n + 1}
		limits := spec.Guard{MaxObjects: int(n), MaxObjectSize: n, MaxTotalSize: n}
		var texts []string
		for _, s := range []Summary{
			{RemoteObjects: n + 1, DeleteRemote: tally, OwnedRows: n, Unmounted: n + 1},
			{LocalFiles: n + 1, DeleteLocal: tally, Upload: tally, Largest: n + 1},
			{RemoteObjects: 1, Missing: n + 1, MissingAt: "a"},
		} {
			for _, direction := range []string{"push", "pull"} {
				for _, prune := range []string{"all", "managed"} {
					for _, guard := range guards {
						if trip := guard(&Header{Direction: direction, Prune: prune}, &s, limits, Allowances{}); trip != nil {
							texts = append(texts, trip.Fact, trip.Hint)
						}
					}
				}
			}
		}
		stale := &StaleError{Mapping: "m"}
		for range n {
			stale.add("p")
		}
		for _, text := range append(texts, stale.Error()) {
			for _, m := range counted.FindAllStringSubmatch(text, -1) {
				if (m[1] == "1") != (m[3] == "") {
					t.Errorf("%q in %q", m[0], text)
				}
			}
		}
	}
	if Plural(1, "object") != "object" || Plural(0, "object") != "objects" || Plural(2, "object") != "objects" {
		t.Error("plural of object")
	}
}
