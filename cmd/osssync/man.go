package main

import (
	"context"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/manual"
)

// manCmd is for make and releases, which install what it writes.
type manCmd struct {
	Dir string `arg:"" help:"Folder for the pages; made if it is missing."`
}

func (c *manCmd) run(_ context.Context, e *env) error {
	if err := disk.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	for _, page := range manual.Pages(e.model, versionText()) {
		if err := disk.WriteFile(filepath.Join(c.Dir, page.Name), []byte(page.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
