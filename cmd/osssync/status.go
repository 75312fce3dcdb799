package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/internal/watch"
)

type statusCmd struct {
	fileFlag        // the status of whose watch is told; it is not read
	Format   string `enum:"text,json" default:"text" help:"text, or json: the status as watch writes it, in one line."`
	Alive    bool   `help:"Exit with 0 if a watch is running and gives signs of life, however it is doing: for probes."`
}

func (*statusCmd) Help() string {
	return `Tells how the watch over the spec is doing, also after it has died. Nothing is asked of the service.

Exit codes: 0 in sync; 2 changes are pending; 3 degraded, halted, failing or hanging, or the spec as it stands is not in use;
6 no watch is running; 7 command line wrong; 11 local disk.`
}

// staleAfter is how old the status of a running watch may be: it is written every
// 30 seconds. An older one is of a process that hangs or is stopped.
const staleAfter = 2 * time.Minute

func (c *statusCmd) run(_ context.Context, e *env) error {
	e.json = c.Format == "json"
	s, running, err := watch.Read(e.StateDir, c.File)
	if errors.Is(err, watch.ErrNever) {
		return &notRunningError{err}
	}
	if err != nil {
		return err
	}
	code := exitDone
	if !c.Alive {
		code = exitCodeOf(&s)
	}
	silent := running && e.now().Sub(s.Written) > staleAfter
	if s.Hanging != "" {
		code = exitIncomplete
	}
	switch {
	case !running:
		code = exitLocked
	case silent:
		code = exitIncomplete
	}
	if e.json {
		err = ui.NewJSON(e.stdout).Line(statusLine{Op: "status", Running: running, Exit: code, Status: s})
	} else {
		c.print(e, &s, running, silent)
	}
	if err != nil {
		return err
	}
	return coded(code)
}

// exitCodeOf returns the code of a watch that runs.
func exitCodeOf(s *watch.Status) int {
	switch s.Health() {
	case watch.HealthInSync:
		return exitDone
	case watch.HealthPending:
		return exitChanges
	}
	return exitIncomplete
}

// statusLine is the line of --format json.
type statusLine struct {
	Op      string `json:"op"`
	Running bool   `json:"running"`
	Exit    int    `json:"exit"`
	watch.Status
}

// notRunningError says that there is no watch to tell of.
type notRunningError struct{ err error }

func (e *notRunningError) Error() string { return e.err.Error() }
func (e *notRunningError) Unwrap() error { return e.err }

func (c *statusCmd) print(e *env, s *watch.Status, running, silent bool) {
	now := e.now()
	switch {
	case !running && s.Ended:
		fmt.Fprintf(e.stdout, "Not running: it ended in order %s.\n", ago(now, s.Written))
	case !running:
		fmt.Fprintf(e.stdout, "Not running: it died, and was last seen %s. Start it again; it goes on where it was.\n", ago(now, s.Written))
	case silent:
		fmt.Fprintf(e.stdout, "Running (pid %d), but silent: it told last %s. It hangs or is stopped.\n", s.PID, ago(now, s.Written))
	default:
		fmt.Fprintf(e.stdout, "Running (pid %d), started %s.\n", s.PID, ago(now, s.Started))
	}
	if s.SpecError != "" {
		fmt.Fprintf(e.stdout, "The spec as it stands is NOT in use, the one before is:\n  %s\n", ui.Clean(s.SpecError))
	}
	if s.Hanging != "" {
		fmt.Fprintf(e.stdout, "Mapping %s hangs: no sign of life for two minutes. After ten the process ends itself.\n", ui.Name(s.Hanging))
	}
	if s.LogDropped > 0 {
		fmt.Fprintf(e.stdout, "%s of the log were dropped.\n", ui.Count(s.LogDropped, "line"))
	}
	for i := range s.Mappings {
		printMapping(e, &s.Mappings[i], now, running)
	}
}

func printMapping(e *env, m *watch.MappingStatus, now time.Time, running bool) {
	say := func(format string, args ...any) { fmt.Fprintf(e.stdout, "  "+format+"\n", args...) }
	fmt.Fprintf(e.stdout, "\n%s: %s\n", ui.Name(m.Name), stateWords[m.State])
	if m.Reason != "" {
		say("%s", ui.Clean(m.Reason))
	}
	if m.Hint != "" {
		say("hint: %s", ui.Clean(m.Hint))
	}
	if m.Pending > 0 {
		say("%s to be looked at", ui.Count(m.Pending, "changed path"))
	}
	for _, t := range m.InFlight {
		say("moving %s: %s of %s", ui.Name(t.Path), ui.Bytes(t.Done), ui.Bytes(t.Total))
	}
	if m.Kept > 0 {
		say("%s of others are left (drift: report)", ui.Count(m.Kept, "change"))
	}
	if m.Extra > 0 {
		side, lacks := "object", "file"
		if m.Direction == "pull" {
			side, lacks = lacks, side
		}
		say("%s without %s; prune leaves them", ui.Count(m.Extra, side), article(lacks))
	}
	next := ""
	if running {
		next = ", next pass " + in(now, m.NextPass)
	}
	say("last pass over everything %s, both sides agreed %s%s", ago(now, m.LastPass), ago(now, m.LastConverged), next)
	if n := len(m.Errors); n > 0 && m.Errors[n-1].Error != m.Reason {
		say("last trouble, %s: %s", ago(now, m.Errors[n-1].Time), ui.Clean(m.Errors[n-1].Error))
	}
}

func article(noun string) string {
	if noun == "object" {
		return "an " + noun
	}
	return "a " + noun
}

var stateWords = map[watch.State]string{
	watch.Starting: "starting; not everything was looked at yet", watch.InSync: "in sync", watch.Settling: "waiting for changed files to be quiet",
	watch.Working: "working", watch.Degraded: "DEGRADED", watch.Holding: "waiting for another run to end", watch.BackingOff: "FAILING; it is tried again",
	watch.Stopped: "HALTED",
}

// ago tells a time that has been.
func ago(now, then time.Time) string {
	if then.IsZero() {
		return "never"
	}
	return ui.Age(now.Sub(then)) + " ago"
}

// in tells a time that is to come.
func in(now, then time.Time) string {
	if !then.After(now) {
		return "now"
	}
	return "in " + ui.Age(then.Sub(now))
}
