package main

import (
	"context"
	"sync/atomic"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/resumable"
)

// transferFlags are what put and get have in common.
type transferFlags struct {
	PartSize  int64 `type:"bytes" placeholder:"SIZE" help:"Size of a part, such as 10MiB. Default: 10MiB; more where 10,000 parts would not do."`
	Threshold int64 `type:"bytes" placeholder:"SIZE" default:"10MiB" help:"Size from which on a transfer is done in parts and can be resumed. Default: 10MiB."`
	Parts     int   `default:"4" help:"Parts moved at the same time. Default: 4."`
}

// threshold returns the size from which on parts are used.
func (f *transferFlags) threshold() int64 {
	if f.Threshold == 0 {
		return resumable.NoThreshold
	}
	return f.Threshold
}

// transfers opens the records of put and get.
func (e *env) transfers() (*resumable.FileStore, error) {
	return resumable.NewFileStore(reconcile.Checkpoints(e.StateDir))
}

// count is the progress of one transfer.
type count struct {
	done, total atomic.Int64
}

func (c *count) report(done, total int64) {
	c.done.Store(done)
	c.total.Store(total)
}

// follow shows the progress of one transfer until the returned function is called.
func (e *env) follow(ctx context.Context, label string, c *count) (stop func()) {
	return e.show(ctx, func() ui.Status {
		done, total := c.done.Load(), max(c.total.Load(), 0)
		return ui.Status{Label: label, Planned: true, Run: apply.Snapshot{
			Total: apply.Counts{Actions: 1, Bytes: total},
			Done:  apply.Counts{Bytes: done},
		}}
	}).close
}
