package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// Passes is the [Reconciler] over a session.
type Passes struct {
	session *reconcile.Session
	now     func() time.Time
	ledgers map[string]*ledger // by mapping
}

// NewPasses returns the passes of the named mappings of s. It takes the session
// over: Close closes it. Of now only differences are used.
func NewPasses(s *reconcile.Session, names []string, now func() time.Time) *Passes {
	p := &Passes{session: s, now: now, ledgers: map[string]*ledger{}}
	for _, name := range names {
		p.ledgers[name] = &ledger{}
	}
	return p
}

// After has p remember what before does, which must have ended: the deletes of a day
// stay those of a day when a spec is read again. Nil has nothing to remember. It
// returns p.
func (p *Passes) After(before *Passes) *Passes {
	if before == nil {
		return p
	}
	for name := range p.ledgers {
		if kept := before.ledgers[name]; kept != nil {
			p.ledgers[name] = kept
		}
	}
	return p
}

// Close closes the session.
func (p *Passes) Close() error { return p.session.Close() }

// Pass does one task: it makes the plan under the mapping's lock, has it judged, and
// runs it. No one is asked: the spec, and that a watch was started, is the approval.
func (p *Passes) Pass(ctx context.Context, m *spec.Mapping, t Task, o Observer) Result {
	kept := p.ledgers[m.Name]
	if r, off := kept.misplaced(m, p.session.Place(m)); off {
		return r
	}
	made, err := p.prepare(ctx, m, t)
	if errors.Is(err, reconcile.ErrWhole) {
		return Result{Verdict: Settled, Whole: CauseUnclear}
	}
	if err != nil {
		return trouble(m, err)
	}
	r := p.do(ctx, m, t, made, o)
	r.Notices = made.Notices
	if err := made.Close(); err != nil && r.Verdict == Settled {
		r = trouble(m, err)
	}
	if t.Whole() && (r.Verdict == Settled || r.Verdict == Left) {
		kept.root, kept.place = m.Root, p.session.Place(m)
	}
	return r
}

func (p *Passes) prepare(ctx context.Context, m *spec.Mapping, t Task) (*reconcile.Plan, error) {
	if !t.Whole() {
		return p.session.PreparePaths(ctx, m, t.Paths)
	}
	return p.session.PrepareUpkeep(ctx, m, reconcile.Upkeep{KeepExtra: !m.Watch.Prune, KeepDrift: m.Watch.Drift == spec.DriftReport})
}

// do judges and runs a plan.
func (p *Passes) do(ctx context.Context, m *spec.Mapping, t Task, made *reconcile.Plan, o Observer) Result {
	sum := &made.Section.Summary
	kept := p.ledgers[m.Name]
	if err := made.Guard(plan.Allowances{}); err != nil {
		return trouble(m, err)
	}
	if r, empty := emptied(m, t, sum); empty {
		return r
	}
	if r, spent := kept.overspent(m, p.now(), sum.Deletes()); spent {
		return r
	}
	tally := tally{mapping: m, whole: t.Whole(), now: p.now, change: o.Change}
	report, err := made.Run(ctx, o.Progress, tally.see)
	kept.spend(p.now(), tally.counts.Deleted)
	if scanErr := tally.scan(made.Section); err == nil {
		err = scanErr
	}
	r := tally.result(&report, err)
	if t.Whole() {
		r.Extra, r.Drift = sum.Extra, made.Drift
		if m.Watch.Drift == spec.DriftReport {
			r.Kept = made.Drift
		}
	}
	switch {
	case made.Unclear, tally.unclear:
		r.Whole = CauseUnclear
	case made.Gone > 0 && m.Watch.Prune && m.Prune != spec.PruneNever:
		r.Whole = CauseDeletes
	}
	return r
}

// emptied halts a push whose tree has nothing at all though its bucket has: an
// unmounted disk and a failed build look like this, and so does a tree in which
// nothing is kept any more.
func emptied(m *spec.Mapping, t Task, sum *plan.Summary) (Result, bool) {
	if !t.Whole() || m.Direction != spec.Push || sum.LocalFiles > 0 || sum.RemoteObjects == 0 {
		return Result{}, false
	}
	return Result{
		Verdict: Halted, Fault: "guard", Stirs: true, Retry: Backoff{First: m.Watch.Rescan},
		Reason: fmt.Sprintf("the root %q is empty, and %d objects are at %s", m.Root, sum.RemoteObjects, m.URL()),
		Hint:   "nothing was changed; it goes on by itself when files are there. If it is meant to be empty, use `osssync apply`",
	}, true
}

// leftHint is what can be done about what is left alone.
const leftHint = "`osssync plan` lists them"

// maxAgain is how many paths of a pass are tried again by name.
const maxAgain = 1000

// tally counts what a pass does.
type tally struct {
	mapping *spec.Mapping
	whole   bool
	now     func() time.Time
	change  func(Change)

	counts  Counts
	again   []string
	tooMany bool // to try again by name
	unclear bool
	waiting int64 // deletes that were held back
	left    int64
	leftAt  string
	leftFor string
}

// see takes the result of a row.
func (t *tally) see(r apply.Result) {
	c := Change{
		Time: t.now().UTC().Round(0), Action: plan.Word(r.Action), Path: visible(r.Action.Where()),
		Reason: r.Action.Why().Text(), Outcome: r.Outcome.String(), Bytes: r.Bytes,
	}
	if r.Err != nil {
		c.Error = oneLine(r.Err)
	}
	t.counts.see(&c)
	if r.Outcome == apply.Skipped {
		// In a pass over some paths it is an object that the index did not know.
		t.unclear = t.unclear || !t.whole && !moved(r.Err)
	}
	switch {
	case r.Outcome == apply.Held && deletes(r.Action):
		// It waits for other paths, so this one alone is not looked at again.
		t.waiting++
		t.leave(r.Action.Where(), c.Error)
	case r.Outcome != apply.Done:
		t.retry(r.Action.Where())
	}
	t.change(c)
}

func deletes(a plan.Action) bool {
	switch a.(type) {
	case *plan.DeleteRemote, *plan.DeleteLocal:
		return true
	}
	return false
}

func (t *tally) leave(path, why string) {
	if t.left++; t.left == 1 {
		t.leftAt, t.leftFor = path, why
	}
}

func (t *tally) retry(path string) {
	if t.tooMany = len(t.again) >= maxAgain; !t.tooMany {
		t.again = append(t.again, path)
	}
}

// scan counts what the plan left alone. What was written while it was read is only
// to be looked at again.
func (t *tally) scan(s *plan.Section) error {
	if s.Summary.Conflicts == 0 {
		return nil
	}
	for a, err := range s.Rows() {
		if err != nil {
			return err
		}
		c, ok := a.(*plan.Conflict)
		switch {
		case !ok:
		case c.Reason == plan.ReasonChangedWhileRead:
			t.retry(c.Path)
		default:
			t.leave(c.Path, c.Reason.Text())
		}
	}
	return nil
}

// result sums the pass up. err is what ended its run.
func (t *tally) result(report *reconcile.Report, err error) Result {
	if err != nil {
		r := trouble(t.mapping, err)
		r.Counts = t.counts
		return r
	}
	r := Result{Verdict: Settled, Counts: t.counts, Again: t.again}
	if t.mapping.Direction == spec.Pull || t.tooMany {
		r.Again = nil
	}
	open := t.counts.Skipped + t.counts.Held + t.counts.Failed - t.waiting
	if open > 0 && t.waiting > 0 {
		r.Whole = CauseDeletes
	}
	if t.left > 0 {
		r.Aside = fmt.Sprintf("%d paths are left alone, such as %q: %s", t.left, t.leftAt, t.leftFor)
	}
	switch {
	case report.Worst != nil:
		worst := trouble(t.mapping, report.Worst)
		r.Verdict, r.Fault, r.Hint = Failed, worst.Fault, worst.Hint
		r.Reason = fmt.Sprintf("%d of %d changes failed: %s", t.counts.Failed, open+t.counts.Changed(), worst.Reason)
	case open > 0 && len(r.Again) == 0:
		// That files move is no reason to wait ever longer: what holds still is done.
		r.Verdict, r.Fault, r.Retry = Failed, "moved", Backoff{First: t.mapping.Watch.Settle, Most: hotFactor * t.mapping.Watch.Settle}
		r.Reason = fmt.Sprintf("%d of %d changes were skipped or held back", open, open+t.counts.Changed())
	case t.left > 0:
		r.Verdict, r.Reason, r.Hint = Left, r.Aside, leftHint
	}
	return r
}
