package ui

import (
	"fmt"
	"strings"

	"github.com/osssync/osssync/apply"
)

// Result returns what became of one row in one line, without line feed. It
// begins with the glyph of the row, or with "!" if it was not done.
func Result(r apply.Result) string {
	name := Name(r.Action.Where())
	if r.Outcome != apply.Done {
		line := fmt.Sprintf("  ! %s %s", name, r.Outcome)
		if r.Err != nil {
			line += ": " + strings.ReplaceAll(Clean(r.Err.Error()), "\n", "; ")
		}
		return line
	}
	line := fmt.Sprintf("  %s %s", appearances[kindOf(r.Action)].glyph, name)
	if r.Bytes > 0 {
		line += "  " + Bytes(r.Bytes)
	}
	if r.Detail != "" {
		line += "  (" + strings.ReplaceAll(Clean(r.Detail), "\n", "; ") + ")"
	}
	return line
}

// Tally is what became of the rows of one or more plans.
type Tally struct {
	Done      int64 `json:"done"`
	Skipped   int64 `json:"skipped"`    // the world had moved; nothing was touched
	Held      int64 `json:"held"`       // not begun, because something before did not end well
	Failed    int64 `json:"failed"`     // tried
	BrokenOff int64 `json:"broken_off"` // begun, and cut short by the end of the run
	NotBegun  int64 `json:"not_begun"`  // because the run had ended
	Conflicts int64 `json:"conflicts"`  // left alone by the plan
	Shielded  int64 `json:"shielded"`   // not judged by the plan
	Denied    int64 `json:"denied"`     // names passed over for what they may do or give away; as it should be
	Beyond    int64 `json:"beyond"`     // due, but not in the saved plan
	Bytes     int64 `json:"bytes"`      // of content, moved over the network
}

// Add adds u to t.
func (t *Tally) Add(u Tally) {
	t.Done += u.Done
	t.Skipped += u.Skipped
	t.Held += u.Held
	t.Failed += u.Failed
	t.BrokenOff += u.BrokenOff
	t.NotBegun += u.NotBegun
	t.Conflicts += u.Conflicts
	t.Shielded += u.Shielded
	t.Denied += u.Denied
	t.Beyond += u.Beyond
	t.Bytes += u.Bytes
}

// String tells the tally in one sentence.
func (t Tally) String() string {
	parts := []string{fmt.Sprintf("%s done (%s)", Number(t.Done), Bytes(t.Bytes))}
	add := func(n int64, what string) {
		if n > 0 {
			parts = append(parts, Number(n)+" "+what)
		}
	}
	add(t.Skipped, "skipped")
	add(t.Held, "held back")
	add(t.Failed, "failed")
	add(t.BrokenOff, "broken off")
	add(t.NotBegun, "not begun")
	add(t.Conflicts, "left alone")
	add(t.Shielded, "below what could not be read")
	if t.Denied > 0 {
		parts = append(parts, Count(t.Denied, "name")+" passed over")
	}
	add(t.Beyond, "due beyond the plan")
	return sentence(parts)
}
