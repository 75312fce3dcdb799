package reconcile

import (
	"errors"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/plan"
)

// preview makes a plan and hands it to look, if that is not nil, before it closes
// it again.
func (w *world) preview(look func(*Plan)) plan.Summary {
	w.t.Helper()
	p, err := w.session().Preview(ctx, w.mapping())
	if err != nil {
		w.t.Fatalf("preview: %v", err)
	}
	if look != nil {
		look(p)
	}
	summary := p.Section.Summary
	if err := p.Close(); err != nil {
		w.t.Fatal(err)
	}
	return summary
}

// rows returns the rows of a plan as "op path".
func rows(t tester, p *Plan) []string {
	t.Helper()
	var all []string
	for a, err := range p.Section.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, word(a)+" "+a.Where())
	}
	return all
}

func word(a plan.Action) string {
	switch a.(type) {
	case *plan.Upload:
		return "upload"
	case *plan.ResumeUpload:
		return "resume"
	case *plan.Download:
		return "download"
	case *plan.SetMeta:
		return "set-meta"
	case *plan.DeleteRemote, *plan.DeleteLocal:
		return "delete"
	case *plan.AbortUpload:
		return "abort"
	case *plan.KeepUpload:
		return "keep"
	case *plan.Conflict:
		return "conflict"
	case *plan.Record:
		return "record"
	case *plan.Forget:
		return "forget"
	}
	return "unknown"
}

// try prepares and runs a plan; saved as for Prepare.
func (w *world) try(saved *plan.Section, observe func(apply.Result)) (report Report, err error) {
	w.t.Helper()
	p, err := w.session().Prepare(ctx, w.mapping(), saved)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return p.Run(ctx, nil, observe)
}

// apply is try that has to end complete.
func (w *world) apply() Report {
	w.t.Helper()
	report, err := w.try(nil, nil)
	if err != nil {
		w.t.Fatalf("apply: %v", err)
	}
	if !report.Complete() {
		w.t.Fatalf("apply is incomplete: %+v", report)
	}
	return report
}

// settled asserts that nothing is left to do.
func (w *world) settled() {
	w.t.Helper()
	s := w.preview(func(p *Plan) {
		if p.Section.Summary.Changes() > 0 {
			w.t.Errorf("due: %q", rows(w.t, p))
		}
	})
	if s.Changes() != 0 || s.Conflicts != 0 || s.Shielded != 0 {
		w.t.Fatalf("not settled: %+v", s)
	}
}
