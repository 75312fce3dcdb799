package main

import (
	"context"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/spec"
)

type schemaCmd struct {
	Out string `placeholder:"FILE" help:"Write it to this file; a schema that is there is replaced. Default: stdout."`
}

func (*schemaCmd) Help() string {
	return `Prints the JSON Schema (draft 2020-12) of the spec: names, types, defaults and a description of every field.
An editor that knows it completes and checks while one types; the first line of a spec that init writes names
it. What only the whole of a spec shows, validate finds.

Exit codes: 0 done; 7 command line wrong, or another file has the name; 11 local disk.`
}

func (c *schemaCmd) run(_ context.Context, e *env) error {
	text, err := spec.Schema()
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err = e.stdout.Write(text)
		return err
	}
	if err := schemaFile.check(c.Out); err != nil {
		return err
	}
	return disk.WriteFile(c.Out, text, 0o644)
}
