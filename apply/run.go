package apply

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/sync/errgroup"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/plan"
)

// errHeld explains why an action was not begun.
var errHeld = errors.New("held back because something before it did not end well; run again")

// heldFor explains why a delete was not begun though nothing went wrong.
func heldFor(s *plan.Summary) error {
	more := ""
	if s.Unmoved > 1 {
		more = fmt.Sprintf(" and %d more", s.Unmoved-1)
	}
	return fmt.Errorf("held back because %q%s is not sent and may be this content under a new name; make it readable, rename it, or exclude or allow it", s.UnmovedAt, more)
}

// Run does what section says and yields a result for every row that changes a
// side, a multipart upload or the index. Results come in the order in which
// actions end. The sequence can be ranged over once; breaking off cancels what
// is under way, and all that is resumable stays so.
//
// The error that may end the sequence is one that would meet every further row:
// ctx ended, access is denied, the service or a disk is gone, another folder stands
// at the root's path. Rows that were not
// begun by then, or are broken off by it, have no result.
func Run(ctx context.Context, section *plan.Section, env Env) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		r := runner{env: env, section: section, trouble: section.Summary.Undecided > 0 || env.Partial}
		env.Progress.expect(section.Summary.Changes(), section.Summary.Cost.Bytes)
		for _, pass := range r.passes() {
			err := r.run(ctx, pass, yield)
			if err == nil {
				// What comes after would be done in a tree that is not the mapping's any more.
				err = env.Root.Check()
			}
			if err != nil {
				if !errors.Is(err, errBreak) {
					yield(Result{}, err)
				}
				return
			}
		}
	}
}

// errBreak tells that the consumer wants no more.
var errBreak = errors.New("consumer stopped")

// pass is one reading of the section.
type pass struct {
	takes     func(plan.Action) bool
	transfers bool // of content; later ones rely on it
	holding   bool // the rows are held if a transfer did not end well before
	deletes   bool // the rows are held too if content of the source stays unmoved
}

type runner struct {
	env     Env
	section *plan.Section
	trouble bool // a transfer did not end well, or may be due and could not be planned
}

// passes returns the order of work: bookkeeping first, since it needs no
// request, then content by phase, metadata, deletes.
func (r *runner) passes() []pass {
	s := &r.section.Summary
	var all []pass
	if s.Record+s.Forget > 0 {
		all = append(all, pass{takes: isBookkeeping})
	}
	if s.Transfers() > 0 {
		for phase := range r.section.Header.Phases {
			all = append(all, pass{takes: inPhase(phase), transfers: true, holding: phase > 0})
		}
	}
	if s.SetMeta.Objects+s.Abort.Objects > 0 {
		all = append(all, pass{takes: isMetadata})
	}
	if s.Deletes() > 0 {
		all = append(all, pass{takes: isDelete, holding: true, deletes: true})
	}
	return all
}

func isBookkeeping(a plan.Action) bool {
	switch a.(type) {
	case *plan.Record, *plan.Forget:
		return true
	}
	return false
}

func inPhase(phase int) func(plan.Action) bool {
	return func(a plan.Action) bool {
		switch a := a.(type) {
		case *plan.Upload:
			return a.Phase == phase
		case *plan.ResumeUpload:
			return a.Phase == phase
		case *plan.Download:
			return a.Phase == phase
		}
		return false
	}
}

func isMetadata(a plan.Action) bool {
	switch a.(type) {
	case *plan.SetMeta, *plan.AbortUpload:
		return true
	}
	return false
}

func isDelete(a plan.Action) bool {
	switch a.(type) {
	case *plan.DeleteRemote, *plan.DeleteLocal:
		return true
	}
	return false
}

// run does one pass. Rows are read as workers become free, so a pass of any
// length holds no more rows than there are workers.
func (r *runner) run(ctx context.Context, p pass, yield func(Result, error) bool) error {
	var hold error
	switch {
	case p.holding && r.trouble:
		hold = errHeld
	case p.deletes && r.section.Summary.Unmoved > 0:
		hold = heldFor(&r.section.Summary)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	results := make(chan Result)
	feed := make(chan error, 1)
	go func() {
		defer close(results)
		feed <- r.feed(ctx, cancel, p, hold, results)
	}()
	defer func() { // also if the consumer panics
		cancel(errBreak)
		for range results {
		}
	}()
	for result := range results {
		if result.Outcome == Failed && ctx.Err() != nil && fault.Of(result.Err) == fault.Interrupted {
			continue // broken off
		}
		r.trouble = r.trouble || p.transfers && result.Outcome != Done
		if !yield(result, nil) {
			return errBreak
		}
	}
	if err := <-feed; err != nil {
		return err
	}
	return context.Cause(ctx)
}

// feed starts the rows of a pass and waits for their ends. It cancels the pass
// with the first trouble that every further row would meet.
func (r *runner) feed(ctx context.Context, cancel context.CancelCauseFunc, p pass, hold error, results chan<- Result) error {
	var workers errgroup.Group
	workers.SetLimit(r.env.Mapping.Transfer.Files)
	defer workers.Wait()
	for a, err := range r.section.Rows() {
		if err != nil {
			return fmt.Errorf("plan rows: %w", err)
		}
		if ctx.Err() != nil {
			return nil
		}
		if !p.takes(a) {
			continue
		}
		workers.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			result := held(a, hold)
			if hold == nil {
				result = r.do(ctx, a)
			}
			if result.Outcome == Failed && fault.Stops(result.Err) {
				cancel(result.Err)
			}
			r.env.Progress.finish(a)
			results <- result
			return nil
		})
	}
	return nil
}

// do runs one row.
func (r *runner) do(ctx context.Context, a plan.Action) Result {
	switch a := a.(type) {
	case *plan.Upload:
		return r.upload(ctx, a, a, 0)
	case *plan.ResumeUpload:
		return r.upload(ctx, a, &a.Upload, a.Bytes)
	case *plan.Download:
		return r.download(ctx, a)
	case *plan.SetMeta:
		return r.setMeta(ctx, a)
	case *plan.DeleteRemote:
		return r.deleteRemote(ctx, a)
	case *plan.DeleteLocal:
		return r.deleteLocal(a)
	case *plan.AbortUpload:
		return r.abort(ctx, a)
	case *plan.Record:
		result := done(a)
		result.Row = &a.Base
		return result
	case *plan.Forget:
		result := done(a)
		result.Forget = true
		return result
	}
	return Result{Action: a, Outcome: Failed, Err: fmt.Errorf("%T is not an action to run", a)}
}

// failure makes the result of an action that ended with err: skipped if the
// world moved, else failed.
func failure(a plan.Action, err error) Result {
	outcome := Failed
	if fault.Of(err) == fault.Moved {
		outcome = Skipped
	}
	return Result{Action: a, Outcome: outcome, Err: err}
}
