package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
)

// outFile is a kind of file that --out writes.
type outFile struct {
	noun  string
	begin string // how every such file begins, whatever version wrote it
}

var (
	planFile   = outFile{"plan", `{"op":"plan",`}
	schemaFile = outFile{"schema", "{\n  \"$schema\": "}
)

// check refuses to write over anything but a file of the kind, an empty file or
// nothing: a name that is mistyped, or completed by a shell, may be that of the
// spec.
func (o outFile) check(name string) error {
	other := fmt.Sprintf("only a %s or an empty file is replaced by a %[1]s; choose another name for --out", o.noun)
	info, err := disk.LstatPath(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := disk.StatPath(filepath.Dir(name)); err != nil {
			return &usageError{err: fmt.Errorf("%s file: %w", o.noun, err), hint: "the folder of --out has to be there"}
		}
		return nil
	case err != nil:
		return &usageError{err: fmt.Errorf("%s file: %w", o.noun, err), hint: other}
	case !info.Mode().IsRegular():
		return &usageError{err: fmt.Errorf("%s file %q: not a regular file", o.noun, name), hint: other}
	}
	f, err := disk.OpenPath(name, os.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("%s file: %w", o.noun, err)
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(disk.ContentOf(f), int64(len(o.begin))))
	if err != nil {
		return fmt.Errorf("%s file: %w", o.noun, err)
	}
	if len(begin) > 0 && string(begin) != o.begin {
		return &usageError{err: fmt.Errorf("%s file %q: a file of that name is no %[1]s", o.noun, name), hint: other}
	}
	return nil
}
