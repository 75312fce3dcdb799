package chaos

import (
	"iter"
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
)

// sweep plays each scenario without faults, and then again with each of the single
// faults that its last apply could meet. A taste takes one fault in many. Worlds of
// which only one can be watched at a time do not go in parallel.
func sweep(t *testing.T, parallel bool, singles func(s schedule, last *outcome) iter.Seq[schedule]) {
	dir := ground.Memory(t)
	every := level(t).Every
	var folder counter
	for offset, scenario := range scenarios {
		t.Run(scenario.name, func(t *testing.T) {
			if parallel {
				t.Parallel()
			}
			s, err := scenario.schedule()
			if err != nil {
				t.Fatal(err)
			}
			var last *outcome
			if err := bubble(t, dir, folder.next(), func(dir string) (err error) {
				last, err = rehearse(dir, s)
				return err
			}); err != nil {
				t.Fatalf("without faults: %v", err)
			}
			n := 0
			for struck := range singles(s, last) {
				if n++; (n+offset)%every != 0 {
					continue
				}
				if err := bubble(t, dir, folder.next(), func(dir string) error { return play(dir, struck) }); err != nil {
					t.Errorf("OSSSYNC_SCHEDULE='%s': %v", struck, err)
				}
			}
			t.Logf("%d faults in %v %v", n, last.counts, last.calls)
		})
	}
}
