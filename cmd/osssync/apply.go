package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/plan"
)

type applyCmd struct {
	planFlags
	Plan        string        `arg:"" optional:"" help:"Do what this file of plan --out says, and refuse if that is not due any more."`
	MaxPlanAge  time.Duration `type:"age" default:"24h" placeholder:"AGE" help:"Refuse a PLAN that is older by the service's clock, such as 7d; 0s: however old. Default: 24h."`
	AutoApprove bool          `help:"Do not ask."`
	Watch       bool          `help:"Keep doing it, as files change: the same as osssync watch, which see."`
	watchFlags
	Format string `enum:"text,json" default:"text" help:"text, or json: a line for each result and one for the whole."`
}

func (*applyCmd) Help() string {
	return `Makes a plan, shows it, asks, and does it: new content first, deletes last, and those only if all content
was moved. Whatever moved since the plan was made is skipped. Without a terminal, and with --format json,
--auto-approve or a PLAN is needed. Interrupted transfers go on where they were when apply is run again.

Exit codes: 0 done, or nothing to do; 1 failed, or not approved; 3 some items failed, were skipped, held or
left alone; 4 stopped by a guard; 5 the PLAN is stale; 6 another run holds the lock; 7 spec, PLAN or command
line wrong, or no such bucket; 8 credentials; 9 service not reached, or not understood; 10 integrity; 11 local
disk; 130, 143 interrupted. With 4 to 7 nothing was changed in the mapping concerned; of several mappings the
gravest code counts.`
}

func (c *applyCmd) run(ctx context.Context, e *env) error {
	if c.Watch {
		return c.watch(ctx, e)
	}
	if c.StatusAddr != "" || c.StatusPublic {
		return &usageError{err: errors.New("--status-addr and --status-public without --watch")}
	}
	e.json = c.Format == "json"
	names := c.Mapping
	var saved *plan.File
	if c.Plan != "" {
		if len(names) > 0 {
			return &usageError{err: errors.New("--mapping together with a PLAN"), hint: "a PLAN names its mappings itself"}
		}
		file, err := openPlan(c.Plan)
		if err != nil {
			return err
		}
		defer file.Close()
		if saved, err = readPlan(file); err != nil {
			return err
		}
		for _, s := range saved.Sections {
			names = append(names, s.Header.Mapping)
		}
	} else if !c.AutoApprove && e.json {
		return errUnseen
	} else if !c.AutoApprove && !e.interactive() {
		return errNoTerminal
	}
	w, err := c.open(ctx, e, names, c.MaxPlanAge)
	if err != nil {
		return err
	}
	plans := c.prepare(ctx, w, saved)
	total, err := c.apply(ctx, w, plans, saved != nil)
	w.close(plans)
	if err != nil {
		return err
	}
	if w.json {
		if err := ui.NewJSON(w.stdout).Summary(total, endCode(ctx, w.code)); err != nil {
			return err
		}
	}
	return coded(w.code)
}

// watch is osssync watch. What is said of one plan is not said of all to come.
func (c *applyCmd) watch(ctx context.Context, e *env) error {
	if c.Plan != "" || c.AllowDeletes != 0 || c.AllowEmptySource || c.Deep || c.Format != "text" {
		return &usageError{err: errors.New("--watch together with a PLAN, --deep, --format or what lets a guard pass"), hint: "those are for a single apply"}
	}
	w := watchCmd{specFlag: c.specFlag, watchFlags: c.watchFlags, Mapping: c.Mapping, AllowRoot: c.AllowRoot}
	return w.run(ctx, e)
}

func openPlan(name string) (*os.File, error) {
	file, err := disk.OpenPath(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("plan file: %w", err), hint: "`osssync plan --out` writes one"}
	}
	return file, nil
}

// readPlan reads a plan file, which has to stay open as long as its rows are read.
func readPlan(file *os.File) (*plan.File, error) {
	info, err := disk.StatFile(file)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: file.Name(), Err: errors.New("not a regular file")}
	}
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("plan file: %w", err)}
	}
	saved, err := plan.ReadFile(disk.ContentOf(file), info.Size())
	if err != nil {
		return nil, fmt.Errorf("%q: %w", file.Name(), err)
	}
	return saved, nil
}

// apply shows the plans, asks once, and runs those that no guard stops.
func (c *applyCmd) apply(ctx context.Context, w *work, plans []*reconcile.Plan, approved bool) (total ui.Tally, err error) {
	ready, err := c.judge(w, plans)
	if err != nil {
		return total, err
	}
	changes := slices.ContainsFunc(ready, func(p *reconcile.Plan) bool { return p.Section.Summary.Changes() > 0 })
	if changes && !c.AutoApprove && !approved {
		if err := w.confirm(ctx, "Do this?"); err != nil {
			return total, err
		}
	}
	for _, p := range ready {
		if w.interrupted(ctx) {
			total.Add(c.conclude(w, p, &reconcile.Report{}, 0))
			continue
		}
		total.Add(c.runOne(ctx, w, p))
	}
	return total, nil
}

// prepare makes the plans under their locks.
func (c *applyCmd) prepare(ctx context.Context, w *work, saved *plan.File) []*reconcile.Plan {
	var plans []*reconcile.Plan
	for _, m := range w.mappings {
		if w.interrupted(ctx) {
			break
		}
		var section *plan.Section
		if saved != nil {
			section, _ = saved.Section(m.Name)
		}
		p, err := w.watched(ctx, m, func() (*reconcile.Plan, error) { return w.Prepare(ctx, m, section) })
		if err != nil {
			w.failed(err)
			continue
		}
		w.note(p)
		plans = append(plans, p)
	}
	return plans
}

// judge shows the plans and returns those that no guard stops.
func (c *applyCmd) judge(w *work, plans []*reconcile.Plan) ([]*reconcile.Plan, error) {
	var ready []*reconcile.Plan
	for i, p := range plans {
		trips, stopped := guard(p, c.allowances())
		if err := c.print(w, p, trips, i > 0); err != nil {
			return nil, err
		}
		if stopped != nil {
			w.failed(stopped)
			continue
		}
		ready = append(ready, p)
	}
	return ready, nil
}

func (c *applyCmd) print(w *work, p *reconcile.Plan, trips []plan.Trip, again bool) error {
	if w.json {
		return nil
	}
	if again {
		fmt.Fprintln(w.stdout)
	}
	if p.Converged {
		fmt.Fprintf(w.stdout, "Mapping %s: nothing is left to do.\n", ui.Name(p.Mapping.Name))
		return nil
	}
	if err := ui.WriteText(w.stdout, p.Section, trips, c.textOptions(w.env)); err != nil {
		return err
	}
	if p.Beyond > 0 {
		fmt.Fprintf(w.stdout, "Due now and not in this plan: %s. Deletes wait if content is among them; plan again for the rest.\n", ui.Count(p.Beyond, "change"))
	}
	return nil
}

// runOne does one plan and tells what became of it.
func (c *applyCmd) runOne(ctx context.Context, w *work, p *reconcile.Plan) ui.Tally {
	if p.Section.Summary.Changes() > 0 {
		w.begun.Store(true)
		if !w.json {
			fmt.Fprintln(w.stdout)
		}
	}
	progress := &apply.Progress{}
	shown := w.show(ctx, running(p, progress))
	report, err := p.Run(ctx, progress, c.observer(w, p.Mapping.Name, shown))
	shown.close()
	tally := c.conclude(w, p, &report, progress.Snapshot().Done.Actions)
	switch {
	case err != nil:
		if fault.Of(report.Worst) == fault.Integrity {
			w.failed(report.Worst)
		}
		w.failed(err)
	case fault.Of(report.Worst) == fault.Integrity:
		w.failed(report.Worst)
	case !report.Complete():
		w.worsen(exitIncomplete)
	}
	return tally
}

// conclude tells what became of a plan, of whose changes some have ended, one way
// or another.
func (c *applyCmd) conclude(w *work, p *reconcile.Plan, report *reconcile.Report, ended int64) ui.Tally {
	sum := &p.Section.Summary
	tally := ui.Tally{
		Done: report.Done, Skipped: report.Skipped, Held: report.Held, Failed: report.Failed,
		BrokenOff: ended - report.Done - report.Skipped - report.Held - report.Failed, NotBegun: sum.Changes() - ended,
		Conflicts: sum.Conflicts, Shielded: sum.Shielded, Denied: sum.Denied, Beyond: p.Beyond, Bytes: report.Bytes,
	}
	if sum.Changes() > 0 && !w.json {
		fmt.Fprintf(w.stdout, "\nMapping %s: %s\n", ui.Name(p.Mapping.Name), tally)
		if tally.NotBegun > 0 {
			for _, held := range ui.HeldDeletes(sum) {
				fmt.Fprintln(w.stdout, held)
			}
		}
	}
	return tally
}

// observer prints each result as it comes: what was not done always, what was
// done unless quiet.
func (c *applyCmd) observer(w *work, mapping string, shown *display) func(apply.Result) {
	out := shown.over(w.stdout)
	lines := ui.NewJSON(w.stdout)
	return func(r apply.Result) {
		switch {
		case w.json:
			lines.Result(mapping, r)
		case r.Outcome != apply.Done || !w.Quiet:
			fmt.Fprintln(out, ui.Result(r))
		}
	}
}
