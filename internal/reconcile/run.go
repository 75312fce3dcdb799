package reconcile

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

// Report counts what became of a plan's rows. Rows that only concern the index do
// not count.
type Report struct {
	Done, Skipped, Held, Failed int64
	Bytes                       int64 // content moved over the network
	Conflicts, Shielded         int64 // left alone by the plan already
	Beyond                      int64 // due, and not in the saved plan that was run
	Worst                       error // of the failed actions the one of the gravest kind; nil if none failed
}

// Complete reports whether both sides now are as the spec wants them.
func (r *Report) Complete() bool {
	return r.Skipped+r.Held+r.Failed+r.Conflicts+r.Shielded+r.Beyond == 0
}

// errNotPrepared says that a plan was made by Preview.
var errNotPrepared = errors.New("plan without lock cannot be run")

// Run does what the plan says and writes the index from the results. observe, if
// not nil, is told each result of a change, in the caller's goroutine. The error
// is one that ended the run; what was done until then is in the report and in the
// index.
func (p *Plan) Run(ctx context.Context, progress *apply.Progress, observe func(apply.Result)) (Report, error) {
	report := Report{Conflicts: p.Section.Summary.Conflicts, Shielded: p.Section.Summary.Shielded, Beyond: p.Beyond}
	if !p.locked {
		return report, errNotPrepared
	}
	// What a plan of some paths does not name is not useless for that.
	if !p.touched {
		if err := p.sweep(); err != nil {
			return report, err
		}
	}
	s := &p.Section.Summary
	if s.Changes()+s.Record+s.Forget == 0 {
		return report, nil
	}
	if err := p.checkRoom(); err != nil {
		return report, err
	}
	if err := p.begin(); err != nil {
		return report, err
	}
	checkpoints, err := p.checkpoints()
	if err != nil {
		return report, err
	}
	mark, err := p.runMark()
	if err != nil {
		return report, err
	}
	mapping := *p.Mapping
	mapping.Transfer = transfer(p.session.spec, p.Mapping)
	env := apply.Env{
		Client: p.store.Client, Mapping: &mapping, Root: p.root, Store: checkpoints, Scope: p.store.Service,
		RunID: p.session.opts.Now().UTC().Format("20060102T150405.000Z"), Now: p.session.opts.Now, Progress: progress,
		TempMark: mark, Partial: p.partial, ServerTime: p.store.Client.ServerTime,
	}
	writer := newIndexWriter(p.index.Write, p.session.opts.Now)
	var runErr error
	for result, err := range apply.Run(ctx, p.Section, env) {
		if err != nil {
			runErr = err
			break
		}
		report.count(&result)
		if runErr = errors.Join(writer.note(&result), p.tidy(&result)); runErr != nil {
			break
		}
		if observe != nil && !bookkeeping(&result) {
			observe(result)
		}
	}
	err = errors.Join(runErr, writer.close())
	if errors.Is(err, index.ErrDamaged) {
		err = errors.Join(err, p.dropIndex()) // or every run to come would meet it
	}
	return report, err
}

// Concurrency tells how many requests the run may have under way at the moment. It
// may be called while the plan runs.
func (p *Plan) Concurrency() int { return p.store.Client.Concurrency() }

// tidy removes what a result made useless.
func (p *Plan) tidy(result *apply.Result) error {
	a, ok := result.Action.(*plan.AbortUpload)
	if !ok || result.Outcome != apply.Done {
		return nil
	}
	if _, ours := p.uploads[a.UploadID]; ours {
		return p.dropUpload(a.UploadID)
	}
	if a.Reason == plan.ReasonUploadUnrecorded {
		return p.aborted(p.Mapping.Prefix + a.Path)
	}
	return nil
}

// begin makes sure that there is an index and that it counts this run. Damage
// that only writing shows is met here, before anything is changed.
func (p *Plan) begin() error {
	if err := p.takeUp(); err != nil {
		return err
	}
	if p.index != nil {
		err := p.index.Begin()
		if !errors.Is(err, index.ErrDamaged) {
			return err
		}
		if err := p.dropIndex(); err != nil {
			return err
		}
	}
	if err := p.keepElsewhere(); err != nil {
		return err
	}
	x, err := index.Create(filepath.Join(p.state, indexFile), p.origin)
	if err != nil {
		return fmt.Errorf("index of mapping %q: %w", p.Mapping.Name, err)
	}
	p.index = x
	return x.Begin()
}

func (r *Report) count(result *apply.Result) {
	if bookkeeping(result) {
		return
	}
	r.Bytes += result.Bytes
	switch result.Outcome {
	case apply.Done:
		r.Done++
	case apply.Skipped:
		r.Skipped++
	case apply.Held:
		r.Held++
	case apply.Failed:
		r.Failed++
		r.Worst = graver(r.Worst, result.Err)
	}
}

// graver returns the error of the graver kind; of equals the first.
func graver(a, b error) error {
	if a == nil || fault.Of(b) == fault.Integrity && fault.Of(a) != fault.Integrity {
		return b
	}
	return a
}

// bookkeeping reports a result that concerns the index alone.
func bookkeeping(result *apply.Result) bool {
	switch result.Action.(type) {
	case *plan.Record, *plan.Forget:
		return true
	}
	return false
}
