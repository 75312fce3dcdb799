package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strconv"
	"sync"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/plan"
)

// errHeld explains why an action was not begun.
var errHeld = errors.New("held back because something before it did not end well; run again")

// heldAll explains why no delete was begun though nothing went wrong.
func heldAll(s *plan.Summary) error {
	why, remedy := s.Hold(strconv.Quote)
	return fmt.Errorf("held back because %s and may be this content under a new name; %s", why, remedy)
}

// heldFor explains why one delete was not begun though nothing went wrong.
func heldFor(name string) error {
	return fmt.Errorf("held back for this one apply because %q is new and not sent and may be this content under a new name; exclude or allow it, or apply again", name)
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
		if section.Summary.Download.Objects > 0 {
			r.mode = newFileMode(&env)
		}
		env.Progress.expect(section.Summary.Changes(), section.Summary.Cost.Bytes)
		for _, pass := range r.passes() {
			if pass.last && r.holdsAll() {
				continue
			}
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
	last      bool // left out where deletes are held by any of that
	lenient   bool // what would meet every row ends neither the pass nor the run
}

type runner struct {
	env     Env
	section *plan.Section
	trouble bool        // a transfer did not end well, or may be due and could not be planned
	mode    fs.FileMode // of files that are downloaded
}

// holdsAll reports whether deletes are held, each of them.
func (r *runner) holdsAll() bool { return r.trouble || r.section.Summary.Unmoved > 0 }

// passes returns the order of work: bookkeeping first, since it needs no
// request, then uploads without a record, content by phase, metadata, deletes, and last that names which
// deletes waited for were shown.
func (r *runner) passes() []pass {
	s := &r.section.Summary
	var all []pass
	if s.Record+s.Forget > 0 {
		all = append(all, pass{takes: isEarlyBookkeeping})
	}
	if s.Abort.Objects > 0 {
		all = append(all, pass{takes: isUnrecorded, lenient: true})
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
	if s.Record > 0 && s.Denied > 0 {
		all = append(all, pass{takes: plan.IsShown, last: true})
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

func isEarlyBookkeeping(a plan.Action) bool { return isBookkeeping(a) && !plan.IsShown(a) }

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

// isUnrecorded picks the uploads that no record names. They go before content does:
// were this run to die as well, it would leave one more of the same kind.
func isUnrecorded(a plan.Action) bool {
	abort, ok := a.(*plan.AbortUpload)
	return ok && abort.Reason == plan.ReasonUploadUnrecorded
}

func isMetadata(a plan.Action) bool {
	switch a.(type) {
	case *plan.SetMeta:
		return true
	case *plan.AbortUpload:
		return !isUnrecorded(a)
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
// length holds no more rows than there are workers, and those that are dealt together.
func (r *runner) run(ctx context.Context, p pass, yield func(Result, error) bool) error {
	var hold error
	switch {
	case p.holding && r.trouble:
		hold = errHeld
	case p.deletes && r.section.Summary.Unmoved > 0:
		hold = heldAll(&r.section.Summary)
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
// with the first trouble that every further row would meet, unless it is lenient.
func (r *runner) feed(ctx context.Context, cancel context.CancelCauseFunc, p pass, hold error, results chan<- Result) error {
	var workers sync.WaitGroup
	rows := make(chan plan.Action)
	defer workers.Wait()
	defer close(rows)
	if p.lenient {
		cancel = func(error) {}
	}
	begun := 0
	for a, err := range r.rows(p) {
		if err != nil {
			return fmt.Errorf("plan rows: %w", err)
		}
		if ctx.Err() != nil {
			return nil
		}
		if begun < r.env.Mapping.Transfer.Files {
			begun++
			workers.Go(func() {
				for a := range rows {
					r.work(ctx, cancel, a, hold, results)
				}
			})
		}
		rows <- a
	}
	return nil
}

// rows are those of a pass, in the order in which they are begun.
func (r *runner) rows(p pass) iter.Seq2[plan.Action, error] {
	rows := func(yield func(plan.Action, error) bool) {
		for a, err := range r.section.Rows() {
			if (err != nil || p.takes(a)) && !yield(a, err) {
				return
			}
		}
	}
	if p.transfers {
		return deal(rows, r.env.Mapping.Transfer.Files)
	}
	return rows
}

// work does one row, unless the pass is over.
func (r *runner) work(ctx context.Context, cancel context.CancelCauseFunc, a plan.Action, hold error, results chan<- Result) {
	if ctx.Err() != nil {
		return
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
