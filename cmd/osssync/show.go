package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/plan"
)

type showCmd struct {
	Plan    string   `arg:"" help:"A file of plan --out."`
	Mapping []string `placeholder:"NAME" help:"Only this mapping; may be repeated. Default: all of the plan."`
	Deletes bool     `help:"Only the deletes, all of them, with their sizes."`
	Format  string   `enum:"text,json,markdown" default:"text" help:"text, json (the plan file itself, or a line for each delete) or markdown."`
	All     bool     `help:"Show all rows of a long plan."`
	Verbose bool     `short:"v" help:"Show all headers of uploads in text, also a Content-Type alone."`
}

func (*showCmd) Help() string {
	return `Shows a saved plan as plan showed it. Nothing else is read: neither spec, nor tree, nor bucket. Whether a
guard stops the plan, and whether it is still due, apply finds out.

Exit codes: 0 done; 7 command line wrong, or the file is no plan, not whole, or was altered; 11 local disk.`
}

func (c *showCmd) run(_ context.Context, e *env) error {
	file, err := openPlan(c.Plan)
	if err != nil {
		return err
	}
	defer file.Close()
	saved, err := readPlan(file)
	if err != nil {
		return err
	}
	shown, err := c.sections(saved)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		return c.json(e.stdout, saved.Tool, shown)
	case "markdown":
		return c.markdown(e.stdout, saved.Tool, shown)
	}
	return c.text(e, saved.Tool, shown)
}

// sections returns those that are asked for, in the order of the file.
func (c *showCmd) sections(saved *plan.File) ([]*plan.Section, error) {
	for _, name := range c.Mapping {
		if _, ok := saved.Section(name); !ok {
			return nil, fmt.Errorf("%w: %q is not in plan %q", reconcile.ErrUnknownMapping, name, c.Plan)
		}
	}
	if len(c.Mapping) == 0 {
		return saved.Sections, nil
	}
	var shown []*plan.Section
	for _, s := range saved.Sections {
		if slices.Contains(c.Mapping, s.Header.Mapping) {
			shown = append(shown, s)
		}
	}
	return shown, nil
}

func (c *showCmd) text(e *env, tool string, shown []*plan.Section) error {
	opts := ui.TextOptions{Width: width(e.stdout), Color: e.colored(e.stdout), Verbose: c.Verbose, All: c.All}
	for i, s := range shown {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		fmt.Fprintf(e.stdout, "%s\n\n", origin(tool, &s.Header))
		var err error
		if c.Deletes {
			err = ui.WriteDeletes(e.stdout, s, opts)
		} else {
			err = ui.WriteText(e.stdout, s, nil, opts)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *showCmd) markdown(w io.Writer, tool string, shown []*plan.Section) error {
	for _, s := range shown {
		fmt.Fprintf(w, "%s\n\n", ui.MarkdownText(origin(tool, &s.Header)))
	}
	if !c.Deletes {
		return ui.WriteMarkdown(w, shown, nil)
	}
	for _, s := range shown {
		if err := ui.WriteDeletesMarkdown(w, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *showCmd) json(w io.Writer, tool string, shown []*plan.Section) error {
	if !c.Deletes {
		return writeSections(w, tool, shown)
	}
	lines := ui.NewJSON(w)
	for _, s := range shown {
		if err := lines.Deletes(s); err != nil {
			return err
		}
	}
	return nil
}

// origin tells where a saved plan comes from. A plan that was made before the
// service told its clock says nothing of the time.
func origin(tool string, h *plan.Header) string {
	when := "at a time that is not known"
	if !h.Made.IsZero() {
		when = h.Made.UTC().Format("2006-01-02 15:04:05 MST") + " by the clock of " + ui.Name(h.Service)
	}
	return fmt.Sprintf("Saved plan of mapping %s, made by %s, %s.", ui.Name(h.Mapping), ui.Name(tool), when)
}
