//go:build unix

package localfs

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestWalkOnly compares with a whole walk, of which what Only does not name is
// taken out.
func TestWalkOnly(t *testing.T) {
	r := plant(t, "a", "a-b/c", "a.d", "dir/one", "dir/two/three", "dir/two/four", "dirt", "link -> dir", "pipe |", ".osssync/x", "empty/")
	all := []string{"", "a", "a-b", "dir", "dir/two", "dir/two/three", "dir/none", "dirt", "link", "link/one", "pipe", ".osssync", "nosuch/x", "empty"}
	whole := walkLines(t, r, WalkOptions{})
	rapid.Check(t, func(rt *rapid.T) {
		set := map[string]bool{}
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(all), 0, 4).Draw(rt, "only") {
			set[p] = true
		}
		only := slices.AppendSeq([]string{}, maps.Keys(set))
		slices.Sort(only)
		var want []string
		for _, line := range whole {
			path, _, _ := strings.Cut(line, ":")
			if slices.ContainsFunc(only, func(o string) bool {
				return o == "" || path == o || strings.HasPrefix(path, o+"/") || strings.HasPrefix(o, path+"/") // in the way
			}) {
				want = append(want, line)
			}
		}
		if diff := cmp.Diff(want, walkLines(t, r, WalkOptions{Only: only})); diff != "" {
			rt.Errorf("only %q (-want +got):\n%s", only, diff)
		}
	})
}
