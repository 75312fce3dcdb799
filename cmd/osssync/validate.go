package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/spec"
)

// specFlag names the spec of a command.
type specFlag struct {
	File string `short:"f" default:"osssync.yaml" placeholder:"SPEC" help:"The spec. Default: osssync.yaml."`
}

// load reads the spec. A file that cannot be read is a wrong command line.
func (f *specFlag) load() (*spec.Spec, error) {
	s, err := spec.Load(f.File)
	var problems spec.Errors
	switch {
	case err == nil:
		return s, nil
	case errors.As(err, &problems):
		return nil, err
	case errors.Is(err, fs.ErrNotExist):
		return nil, &usageError{err: err, hint: "`osssync init` writes a spec; -f names another one"}
	}
	return nil, &usageError{err: err}
}

type validateCmd struct {
	specFlag
}

func (*validateCmd) Help() string {
	return `Reads the spec and prints OK, or every problem in it with its line and column.
Nothing is asked of any service, and no tree is looked at.

Exit codes: 0 the spec is right, 7 it is not.`
}

func (c *validateCmd) run(_ context.Context, e *env) error {
	s, err := c.load()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "OK: %s with %s in %s\n", ui.Name(c.File),
		ui.Count(int64(len(s.Mappings)), "mapping"), ui.Count(int64(len(s.Stores)), "store"))
	return err
}
