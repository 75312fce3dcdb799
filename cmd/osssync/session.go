package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// planFlags are what plan and apply have in common.
type planFlags struct {
	specFlag
	Mapping          []string `placeholder:"NAME" help:"Only this mapping; may be repeated. Default: all."`
	Deep             bool     `help:"Read objects that have no checksum, to compare them."`
	AllowDeletes     int64    `placeholder:"N" help:"Let up to N deletes in a mapping pass the guard."`
	AllowEmptySource bool     `help:"Let deletes pass although the source, or a file system that was mounted in it, is not there."`
	AllowRoot        []string `placeholder:"DIR" sep:"none" help:"Refuse a mapping whose tree or embedded store is not in DIR; may be repeated. Default: anywhere."`
	All              bool     `help:"Show all rows of a long plan."`
	Verbose          bool     `short:"v" help:"Show all headers of uploads in text, also a Content-Type alone."`
}

// textOptions are those of plans on stdout.
func (f *planFlags) textOptions(e *env) ui.TextOptions {
	return ui.TextOptions{Width: width(e.stdout), Color: e.colored(e.stdout), Verbose: f.Verbose, All: f.All}
}

func (f *planFlags) allowances() plan.Allowances {
	return plan.Allowances{Deletes: f.AllowDeletes, EmptySource: f.AllowEmptySource}
}

// work is an open session with the mappings that a command is about.
type work struct {
	*env
	*reconcile.Session
	mappings []*spec.Mapping
	noted    map[reconcile.Notice]bool // told already
	scan     *reconcile.Scan
	code     int // gravest so far
}

// open loads the spec and opens the stores of the named mappings, or of all. A
// saved plan may be as old as maxPlanAge, or however old if that is 0.
func (f *planFlags) open(ctx context.Context, e *env, names []string, maxPlanAge time.Duration) (*work, error) {
	wish, err := f.load()
	if err != nil {
		return nil, err
	}
	allowed, err := absoluteRoots(f.AllowRoot)
	if err != nil {
		return nil, err
	}
	w := &work{env: e, noted: map[reconcile.Notice]bool{}, scan: &reconcile.Scan{}}
	if len(names) == 0 {
		for i := range wish.Mappings {
			names = append(names, wish.Mappings[i].Name)
		}
	}
	w.Session, err = reconcile.Open(ctx, wish, names, reconcile.Options{
		StateDir: e.StateDir, Tool: tool(), Deep: f.Deep, Getenv: e.getenv, Now: e.now, Scan: w.scan,
		MaxPlanAge: maxPlanAge, AllowedRoots: allowed,
	})
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		m, _ := wish.Mapping(name) // Open has refused unknown ones
		if !slices.Contains(w.mappings, m) {
			w.mappings = append(w.mappings, m)
		}
	}
	return w, nil
}

// absoluteRoots makes the folders of --allow-root absolute.
func absoluteRoots(dirs []string) (absolute []string, err error) {
	for _, dir := range dirs {
		if dir == "" {
			return nil, &usageError{err: errors.New("--allow-root without a folder"), hint: "is a variable of the command line empty? Leave the flag out to allow any folder"}
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, err
		}
		absolute = append(absolute, dir)
	}
	return absolute, nil
}

// close closes plans, and then the stores that they were made from.
func (w *work) close(plans []*reconcile.Plan) {
	for _, p := range plans {
		if err := p.Close(); err != nil {
			w.failed(err)
		}
	}
	if err := w.Session.Close(); err != nil {
		w.failed(err)
	}
}

// failed tells an error of one mapping; the others go on.
func (w *work) failed(err error) { w.worsen(w.tell(err)) }

// worsen notes a code.
func (w *work) worsen(code int) { w.code = graver(w.code, code) }

// interrupted reports whether ctx has ended, and notes it as the end of the work.
func (w *work) interrupted(ctx context.Context) bool {
	err := context.Cause(ctx)
	w.worsen(exitCode(err))
	return err != nil
}

// watched runs draft, which makes the plan of a mapping, and shows its progress.
func (w *work) watched(ctx context.Context, m *spec.Mapping, draft func() (*reconcile.Plan, error)) (*reconcile.Plan, error) {
	*w.scan = reconcile.Scan{}
	defer w.show(ctx, planning(m.Name, w.scan)).close()
	return draft()
}

// note tells the notices of a plan, each once in a run.
func (w *work) note(p *reconcile.Plan) {
	for _, n := range p.Notices {
		if !w.noted[n] {
			w.noted[n] = true
			w.tellNotice(n)
		}
	}
}

// guard judges a plan and tells what stops it.
func guard(p *reconcile.Plan, allow plan.Allowances) ([]plan.Trip, error) {
	err := p.Guard(allow)
	if stopped, ok := errors.AsType[*plan.GuardError](err); ok {
		return stopped.Trips, err
	}
	return nil, err
}
