package apply

import (
	"fmt"

	"github.com/osssync/osssync/plan"
)

// Outcome says what became of an action.
type Outcome uint8

// The outcomes.
const (
	Done    Outcome = iota + 1 // done, and proved by the answer
	Skipped                    // not done: the world is not what the plan expected; nothing was touched
	Held                       // not begun, because something before it did not end well
	Failed                     // tried, and it did not end well
)

// String returns the word for o.
func (o Outcome) String() string {
	switch o {
	case Done:
		return "done"
	case Skipped:
		return "skipped"
	case Held:
		return "held"
	case Failed:
		return "failed"
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// Result is what became of one row.
type Result struct {
	Action  plan.Action
	Outcome Outcome
	Err     error // why; nil if Done

	Row    *plan.Base // what the index has to hold from now on; nil: no change
	Forget bool       // the index row of the path has to go
	Bytes  int64      // content moved over the network by this action
	Detail string     // what a user may want to know of a success, such as where the trash is
}

func done(a plan.Action) Result { return Result{Action: a, Outcome: Done} }

func held(a plan.Action, why error) Result { return Result{Action: a, Outcome: Held, Err: why} }

// skipped reports that what the plan expected at a is not there.
func skipped(a plan.Action, format string, args ...any) Result {
	return Result{Action: a, Outcome: Skipped, Err: fmt.Errorf("%q: "+format, append([]any{a.Where()}, args...)...)}
}
