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

// How often progress is told: to a person who watches, to a log, and to a program.
const (
	barTick   = 200 * time.Millisecond
	lineTick  = 10 * time.Second
	eventTick = time.Second
)

// display shows progress on stderr while something goes on.
type display struct {
	bars  *ui.Bars // nil without a terminal
	close func()
}

// show begins to show what poll tells, in the way that --progress names, until
// close is called.
func (e *env) show(ctx context.Context, poll func() ui.Status) *display {
	switch {
	case e.Progress == "none", e.Progress == "auto" && e.Quiet:
		return &display{close: func() {}}
	case e.Progress == "json":
		return e.tick(ctx, ui.Events, eventTick, poll)
	case e.Progress == "auto" && e.json:
		return e.tick(ctx, ui.Events, lineTick, poll)
	case e.Progress == "lines", !isTerminal(e.stderr):
		return e.tick(ctx, ui.Lines, lineTick, poll)
	}
	ticker := time.NewTicker(barTick)
	bars := ui.NewBars(e.stderr, ticker.C, poll)
	return &display{bars: bars, close: func() {
		ticker.Stop()
		bars.Close()
	}}
}

// tick has lines written to stderr, one for each time that every has passed.
func (e *env) tick(ctx context.Context, write func(context.Context, io.Writer, <-chan time.Time, func() ui.Status), every time.Duration, poll func() ui.Status) *display {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	ticker := time.NewTicker(every)
	running.Go(func() { write(ctx, e.stderr, ticker.C, poll) })
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
			Compared: scan.Compared.Load(), Changes: scan.Changes.Load(), Hashed: scan.Hashed.Load(),
		}
	}
}

// running polls the counts of a run.
func running(p *reconcile.Plan, progress *apply.Progress) func() ui.Status {
	return func() ui.Status {
		return ui.Status{Label: p.Mapping.Name, Planned: true, Run: progress.Snapshot(), Concurrency: p.Concurrency()}
	}
}
