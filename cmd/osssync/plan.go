package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/plan"
)

type planCmd struct {
	planFlags
	Out              string `placeholder:"PLAN" help:"Also write the plan to this file, for apply."`
	Format           string `enum:"text,json,markdown" default:"text" help:"text, json (the plan file itself, JSON lines) or markdown (for a comment)."`
	DetailedExitcode bool   `help:"Exit with 2 if there are changes."`
}

func (*planCmd) Help() string {
	return `Compares by content, never by clocks, and changes nothing on either side. A mapping that fails does not
keep the plans of the others from being shown, but then no plan file is written, neither to --out nor as JSON.

Exit codes: 0 done, with or without changes; 2 changes are pending (only with --detailed-exitcode); 3 some
paths were left alone and are listed; 4 a guard would stop the apply; 6 another run holds the lock, such as an
apply; 7 spec or command line wrong, or no such bucket; 8 credentials; 9 service not reached, or not
understood; 11 local disk; 130, 143 interrupted.`
}

func (c *planCmd) run(ctx context.Context, e *env) error {
	e.json = c.Format == "json"
	if c.Out != "" {
		if err := planFile.check(c.Out); err != nil {
			return err
		}
	}
	w, err := c.open(ctx, e, c.Mapping, 0)
	if err != nil {
		return err
	}
	plans, trips := c.preview(ctx, w)
	err = c.write(w, plans, trips)
	w.close(plans)
	if err != nil {
		return err
	}
	return coded(w.code)
}

// write prints the plans and writes the plan file.
func (c *planCmd) write(w *work, plans []*reconcile.Plan, trips [][]plan.Trip) error {
	// A plan file without a mapping of the spec would pass for a whole one.
	whole := len(plans) == len(w.mappings)
	if whole || !w.json {
		if err := c.print(w.env, plans, trips); err != nil {
			return err
		}
	}
	if c.Out == "" || !whole {
		return nil
	}
	if err := replaceFile(c.Out, func(f io.Writer) error { return writePlan(f, plans) }); err != nil {
		return fmt.Errorf("plan file %q: %w", c.Out, err)
	}
	return nil
}

// preview makes the plans of all mappings and judges them. An error of one does
// not keep the others from being shown to people; no plan file is written then.
func (c *planCmd) preview(ctx context.Context, w *work) (plans []*reconcile.Plan, trips [][]plan.Trip) {
	for _, m := range w.mappings {
		if w.interrupted(ctx) {
			break
		}
		p, err := w.watched(ctx, m, func() (*reconcile.Plan, error) { return w.Preview(ctx, m) })
		if err != nil {
			w.failed(err)
			continue
		}
		w.note(p)
		stops, err := guard(p, c.allowances())
		switch s := &p.Section.Summary; {
		case err != nil:
			w.failed(err)
		case s.Incomplete():
			w.worsen(exitIncomplete)
		case s.Changes() > 0 && c.DetailedExitcode:
			w.worsen(exitChanges)
		}
		plans, trips = append(plans, p), append(trips, stops)
	}
	return plans, trips
}

// print writes the plans to stdout.
func (c *planCmd) print(e *env, plans []*reconcile.Plan, trips [][]plan.Trip) error {
	switch c.Format {
	case "json":
		return writePlan(e.stdout, plans)
	case "markdown":
		return ui.WriteMarkdown(e.stdout, sections(plans), trips)
	}
	for i, p := range plans {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		if err := ui.WriteText(e.stdout, p.Section, trips[i], c.textOptions(e)); err != nil {
			return err
		}
	}
	return nil
}

func sections(plans []*reconcile.Plan) []*plan.Section {
	list := make([]*plan.Section, len(plans))
	for i, p := range plans {
		list[i] = p.Section
	}
	return list
}

// writePlan writes a plan file with the sections of plans.
func writePlan(w io.Writer, plans []*reconcile.Plan) error {
	return writeSections(w, tool(), sections(plans))
}

func writeSections(w io.Writer, tool string, sections []*plan.Section) error {
	var names []string
	for _, s := range sections {
		names = append(names, s.Header.Mapping)
	}
	if err := plan.WriteFileHeader(w, tool, names); err != nil {
		return err
	}
	for _, s := range sections {
		if err := s.CopyTo(w); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile writes a file that only this user can read, whole or not at all.
func replaceFile(name string, write func(io.Writer) error) error {
	f, err := disk.CreateTemp(filepath.Dir(name), ".osssync-plan-*") // mode 0600
	if err != nil {
		return err
	}
	err = write(disk.ContentOf(f))
	if err == nil {
		err = disk.Sync(f)
	}
	err = errors.Join(err, disk.Close(f))
	if err == nil {
		err = disk.RenamePath(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, disk.RemovePath(f.Name()))
	}
	return nil
}
