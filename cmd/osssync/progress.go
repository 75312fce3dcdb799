package main

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
)

// How often progress is told: to a person who watches, and to a log.
const (
	barTick  = 200 * time.Millisecond
	lineTick = 10 * time.Second
)

// display shows progress on stderr while something goes on.
type display struct {
	bars  *ui.Bars // nil without a terminal
	close func()
}

// show begins to show what poll tells, until close is called: bars on a terminal,
// a line now and then elsewhere, nothing if quiet.
func (e *env) show(ctx context.Context, poll func() ui.Status) *display {
	if e.Quiet {
		return &display{close: func() {}}
	}
	if isTerminal(e.stderr) && !e.json {
		ticker := time.NewTicker(barTick)
		bars := ui.NewBars(e.stderr, ticker.C, poll)
		return &display{bars: bars, close: func() {
			ticker.Stop()
			bars.Close()
		}}
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	ticker := time.NewTicker(lineTick)
	running.Go(func() { ui.Lines(ctx, e.stderr, ticker.C, poll) })
	return &display{close: func() {
		ticker.Stop()
		cancel()
		running.Wait()
	}}
}

// over returns where lines for out have to be written: above the bars, if both
// are on a terminal.
func (d *display) over(out io.Writer) io.Writer {
	if d.bars != nil && isTerminal(out) {
		return d.bars
	}
	return out
}

// planning polls the counts of planning.
func planning(label string, scan *reconcile.Scan) func() ui.Status {
	return func() ui.Status {
		return ui.Status{
			Label: label, Walked: scan.Walked.Load(), Listed: scan.Listed.Load(),
			Compared: scan.Compared.Load(), Hashed: scan.Hashed.Load(),
		}
	}
}

// running polls the counts of a run.
func running(label string, progress *apply.Progress) func() ui.Status {
	return func() ui.Status {
		return ui.Status{Label: label, Planned: true, Run: progress.Snapshot()}
	}
}
