package chaos

import (
	"iter"
	"testing"
)

// TestSingleFaults has every fault of the catalogue strike every request of every
// scenario's last apply, one at a time.
func TestSingleFaults(t *testing.T) {
	sweep(t, true, func(s schedule, last *outcome) iter.Seq[schedule] { return s.singles(last.counts) })
}
