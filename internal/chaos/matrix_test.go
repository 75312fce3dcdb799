package chaos

import (
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
)

// TestSingleFaults has every fault of the catalogue strike every request of every
// scenario's last apply, one at a time. A taste of it takes one fault in many.
func TestSingleFaults(t *testing.T) {
	dir := ground.Memory(t)
	every := level(t).Every
	var folder counter
	for offset, scenario := range scenarios {
		t.Run(scenario.name, func(t *testing.T) {
			t.Parallel()
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
			for struck := range s.singles(last.counts) {
				if n++; (n+offset)%every != 0 {
					continue
				}
				if err := bubble(t, dir, folder.next(), func(dir string) error { return play(dir, struck) }); err != nil {
					t.Errorf("OSSSYNC_SCHEDULE='%s': %v", struck, err)
				}
			}
			t.Logf("%d faults in %v", n, last.counts)
		})
	}
}
