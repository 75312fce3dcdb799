package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/policy"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/spec"
)

// fileFlag names the spec of a command.
type fileFlag struct {
	File string `short:"f" default:"osssync.yaml" placeholder:"SPEC" help:"The spec. Default: osssync.yaml."`
}

// specFlag is for commands that read the spec.
type specFlag struct {
	fileFlag
	Policy string `placeholder:"FILE" help:"Refuse a spec that names endpoints, buckets, folders or deletes which this file does not allow. Default: a spec may name any."`
}

// load reads the spec, and holds it to the policy. A file that cannot be read is a
// wrong command line.
func (f *specFlag) load() (*spec.Spec, error) {
	s, err := spec.Load(f.File)
	var problems spec.Errors
	switch {
	case err == nil:
		if err := f.obey(s); err != nil {
			return nil, err
		}
		return s, nil
	case errors.As(err, &problems):
		return nil, err
	case errors.Is(err, fs.ErrNotExist):
		return nil, &usageError{err: err, hint: "`osssync init` writes a spec; -f names another one"}
	}
	return nil, &usageError{err: err}
}

// obey refuses a spec that the policy does not allow.
func (f *specFlag) obey(s *spec.Spec) error {
	if f.Policy == "" {
		return nil
	}
	p, err := policy.Load(f.Policy)
	if err != nil {
		return &usageError{err: err, hint: "nothing was changed; docs/credentials.md shows a policy"}
	}
	if refused := new(policy.RefusedError); errors.As(p.Check(s, policy.World{Endpoint: ossclient.EndpointOf, Inside: reconcile.Inside}), &refused) {
		return &usageError{err: refused, hint: refused.Hint()}
	}
	return nil
}

type validateCmd struct {
	specFlag
	Format string `enum:"text,json,github" default:"text" help:"text (problems on stderr, as file:line:column: message), json (a line for each problem, or one that the spec is valid) or github (annotations of GitHub Actions)."`
}

func (*validateCmd) Help() string {
	return `Reads the spec and prints OK, or every problem in it with its line and column, in the form by which editors
jump to the place. Nothing is asked of any service, and no tree is looked at.

Exit codes: 0 the spec is right, 7 it is not, or the policy refuses it.`
}

func (c *validateCmd) run(_ context.Context, e *env) error {
	e.json = c.Format == "json"
	s, err := c.load()
	var problems spec.Errors
	switch {
	case errors.As(err, &problems) && c.Format != "text":
		return c.list(e.stdout, problems)
	case err != nil:
		return err
	case e.json:
		return ui.NewJSON(e.stdout).Valid(s)
	}
	_, err = fmt.Fprintf(e.stdout, "OK: %s with %s in %s\n", ui.Name(c.File),
		ui.Count(int64(len(s.Mappings)), "mapping"), ui.Count(int64(len(s.Stores)), "store"))
	return err
}

// list writes the problems for a program. They are what was asked for, so they go
// to stdout.
func (c *validateCmd) list(w io.Writer, problems spec.Errors) error {
	lines := ui.NewJSON(w)
	for _, p := range problems {
		var err error
		if c.Format == "github" {
			_, err = fmt.Fprintln(w, ui.Annotation(p))
		} else {
			err = lines.Problem(p)
		}
		if err != nil {
			return err
		}
	}
	return codeError(exitUsage)
}
