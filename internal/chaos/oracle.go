package chaos

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// judge asks the oracle about a run. Each point has a letter; what it finds wrong
// begins with it.
func (w *world) judge(o *outcome) error {
	var wrong []error
	for _, point := range []func(*outcome) error{
		w.aNothingLost, w.bDeletesApproved, w.cNothingTorn, w.dNothingBeside, w.eReportTrue, w.gNothingWasted, w.iNoSecret,
	} {
		wrong = append(wrong, point(o))
	}
	return errors.Join(wrong...)
}

// aNothingLost: the source is as it was, and the target has lost nothing but what
// the plan deletes or replaces, each with a content it may have.
func (w *world) aNothingLost(o *outcome) error {
	source := w.expectedSource(o)
	if path, differs := firstDifference(source, w.source(o.after)); differs {
		return fmt.Errorf("(a) the run changed %q at the source", path)
	}
	was, is := w.expectedTarget(o), w.target(o.after)
	if path, differs := firstDifference(was, is); differs && o.refused() {
		return fmt.Errorf("(a) %q was changed, though the plan was not to be run", path)
	}
	for path, sum := range was {
		_, kept := is[path]
		switch {
		case kept || has[*plan.DeleteRemote](o.rows, path):
		case has[*plan.DeleteLocal](o.rows, path):
			if !o.after.trash[sum] {
				return fmt.Errorf("(a) the file %q is neither in its place nor in the trash", path)
			}
		default:
			return fmt.Errorf("(a) %q is gone from the target, and no row of the plan deletes it", path)
		}
	}
	if path, gone := w.intrusionGone(o, is); gone {
		return fmt.Errorf("(a) what somebody put at %q was replaced or deleted, though the run looked there after that", path)
	}
	for path, sum := range is {
		if was[path] == sum {
			continue
		}
		if !moves(o.rows, path) {
			return fmt.Errorf("(a) %q is new or replaced, and no row of the plan moves it", path)
		}
		if sum != source[path] && sum != w.source(o.before)[path] {
			return fmt.Errorf("(a) %q at the target is neither what it was nor what the source has", path)
		}
		if was[path] != "" && w.foreign[path] && !w.scene.push && !o.after.trash[was[path]] {
			return fmt.Errorf("(a) somebody's file %q was replaced and is not in the trash", path)
		}
	}
	return nil
}

// bDeletesApproved: what was deleted stands in an approved plan, its counterpart
// was truly absent, and policy and order allow it.
func (w *world) bDeletesApproved(o *outcome) error {
	for _, row := range o.rows {
		switch row.(type) {
		case *plan.DeleteRemote, *plan.DeleteLocal:
			if err := w.mayPlanDelete(o, row.Where()); err != nil {
				return err
			}
		}
	}
	deleted := 0
	for path := range w.target(o.before) {
		if _, kept := w.target(o.after)[path]; !kept {
			deleted++
			if err := w.mayDelete(o, path); err != nil {
				return err
			}
		}
	}
	for _, e := range o.events {
		path := strings.TrimPrefix(e.Key, prefix)
		switch {
		case e.Operation == ossserver.DeleteMultipleObjects:
			return fmt.Errorf("(b) a batch delete, which cannot be conditional")
		case e.Operation != ossserver.DeleteObject || e.Status/100 != 2:
			continue
		case !has[*plan.DeleteRemote](o.rows, path):
			return fmt.Errorf("(b) a delete of %q, which is not in the plan", path)
		}
		if err := w.mayDelete(o, path); err != nil {
			return err
		}
	}
	if guard := w.mapping().Guard; !o.allowed && deleted > guard.MaxDeletes {
		return fmt.Errorf("(b) %d deletes, allowed are %d", deleted, guard.MaxDeletes)
	}
	return nil
}

// mayPlanDelete is about a delete that a plan holds, be it made or not: what an apply
// looks at once more must not be needed to prevent it.
func (w *world) mayPlanDelete(o *outcome, path string) error {
	_, there := w.source(o.before)[path]
	switch {
	case there && !o.lied():
		return fmt.Errorf("(b) a delete of %q, which the source has", path)
	case w.shielded(path):
		return fmt.Errorf("(b) a delete of %q, of which the source side is not known", path)
	case !w.mapping().Match(path):
		return fmt.Errorf("(b) a delete of %q, which is excluded", path)
	case w.scene.prune == "never":
		return fmt.Errorf("(b) a delete of %q, with prune: never", path)
	case w.scene.prune == "managed" && w.foreign[path] && !w.intruded(path):
		return fmt.Errorf("(b) a delete of %q, which somebody else put there", path)
	}
	return nil
}

// mayDelete is about a delete that was made.
func (w *world) mayDelete(o *outcome, path string) error {
	if err := w.mayPlanDelete(o, path); err != nil {
		return err
	}
	for _, r := range o.results {
		if movesContent(r.Action) && r.Outcome != apply.Done {
			return fmt.Errorf("(b) a delete of %q, though %q was not moved", path, r.Action.Where())
		}
	}
	return nil
}

// cNothingTorn: each object and file has one whole content that somebody wrote
// there on purpose.
func (w *world) cNothingTorn(o *outcome) error {
	for _, side := range []sums{o.after.files, o.after.objects} {
		for path, sum := range side {
			if !w.written[path][sum] {
				return fmt.Errorf("(c) %q has a content that nobody ever wrote there", path)
			}
		}
	}
	return nil
}

// dNothingBeside: nothing outside tree and prefix was touched, or asked for.
func (w *world) dNothingBeside(o *outcome) error {
	if len(o.strays) > 0 {
		return fmt.Errorf("(d) %q", o.strays)
	}
	if path, differs := firstDifference(o.before.beside, o.after.beside); differs {
		return fmt.Errorf("(d) %q outside of tree and prefix was touched", path)
	}
	return nil
}

// lied reports whether the run was told something untrue that it could not know.
func (o *outcome) lied() bool {
	return slices.ContainsFunc(o.struck, func(f fault) bool {
		k, _ := kindOf(f.do)
		return k.lie
	})
}

// refused reports whether there was no plan, or guards stopped it.
func (o *outcome) refused() bool {
	var stopped *plan.GuardError
	return !o.planned || errors.As(o.err, &stopped)
}

// expectedSource and expectedTarget are the sides as they were before the run,
// and as somebody else has changed them since.
func (w *world) expectedSource(o *outcome) sums { return w.changed(w.source(o.before), w.scene.push) }

func (w *world) expectedTarget(o *outcome) sums { return w.changed(w.target(o.before), !w.scene.push) }

func (w *world) changed(side sums, local bool) sums {
	intrusions := w.intrusions(local)
	if len(intrusions) == 0 {
		return side
	}
	side = maps.Clone(side)
	for path, by := range intrusions {
		side[path] = by.sum
	}
	return side
}

// has reports whether a row of type T is about path.
func has[T plan.Action](rows []plan.Action, path string) bool {
	return slices.ContainsFunc(rows, func(a plan.Action) bool {
		_, is := a.(T)
		return is && a.Where() == path
	})
}

func movesContent(a plan.Action) bool {
	switch a.(type) {
	case *plan.Upload, *plan.ResumeUpload, *plan.Download:
		return true
	}
	return false
}

func moves(rows []plan.Action, path string) bool {
	return slices.ContainsFunc(rows, func(a plan.Action) bool { return movesContent(a) && a.Where() == path })
}

// firstDifference returns a path at which two sides differ.
func firstDifference(a, b sums) (string, bool) {
	for path, sum := range a {
		if b[path] != sum {
			return path, true
		}
	}
	for path := range b {
		if _, there := a[path]; !there {
			return path, true
		}
	}
	return "", false
}
