package watch

import (
	"context"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// Result is what became of a task.
type Result struct {
	Verdict Verdict
	Reason  string // why it is not Settled, in one line
	Hint    string // what can be done about it; may be empty
	Fault   string // the kind of the trouble, one word for counting; "" without
	Retry   Backoff
	Stirs   bool // of Halted: a change in the tree may put it right, so one is a reason to try again

	Notices []reconcile.Notice // for whoever runs the plan

	Aside string // what was left alone, in one line, whatever the verdict; "": nothing

	Again []string // paths to be looked at again; if Failed and none are named, the task is done again
	Whole Cause    // a pass over everything is wanted for this; "": none

	Counts Counts
	Extra  int64 // objects or files at the target that the source does not have, left there
	Drift  int64 // changes of others that were found; of a pass over everything alone
	Kept   int64 // of these, left as they are
}

// ended reports that the pass came to its end, maybe but for paths that are named.
func (r *Result) ended() bool {
	return r.Verdict == Settled || r.Verdict == Left || r.Verdict == Failed && len(r.Again) > 0
}

// Observer is told of a pass while it runs.
type Observer struct {
	Progress *apply.Progress
	Change   func(Change) // of each change that was done, and of each that did not end well
}

// Reconciler does the tasks of mappings; [Passes] is the one over sessions. It is
// used by one goroutine for each mapping.
type Reconciler interface {
	Pass(ctx context.Context, m *spec.Mapping, t Task, o Observer) Result
	Close() error
}

// Open makes a Reconciler for the named mappings of a spec.
type Open func(ctx context.Context, wish *spec.Spec, names []string) (Reconciler, error)
