package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
)

// planBegin is how every plan file begins, whatever version wrote it.
const planBegin = `{"op":"plan",`

// otherName is the hint where --out names what is no plan.
const otherName = "only a plan or an empty file is replaced by a plan; choose another name for --out"

// checkPlanOut refuses to write a plan over anything but a plan, an empty file or
// nothing: a name that is mistyped, or completed by a shell, may be that of the
// spec.
func checkPlanOut(name string) error {
	info, err := disk.LstatPath(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := disk.StatPath(filepath.Dir(name)); err != nil {
			return &usageError{err: fmt.Errorf("plan file: %w", err), hint: "the folder of --out has to be there"}
		}
		return nil
	case err != nil:
		return &usageError{err: fmt.Errorf("plan file: %w", err), hint: otherName}
	case !info.Mode().IsRegular():
		return &usageError{err: fmt.Errorf("plan file %q: not a regular file", name), hint: otherName}
	}
	f, err := disk.OpenPath(name, os.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("plan file: %w", err)
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(disk.ContentOf(f), int64(len(planBegin))))
	if err != nil {
		return fmt.Errorf("plan file: %w", err)
	}
	if len(begin) > 0 && !bytes.Equal(begin, []byte(planBegin)) {
		return &usageError{err: fmt.Errorf("plan file %q: a file of that name is no plan", name), hint: otherName}
	}
	return nil
}
