package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/internal/watch"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

// teller tells errors, all at one place: to people with hints, to programs as
// JSON lines. Both go to stderr, since stdout is for results.
type teller struct {
	w    io.Writer
	json bool
}

// tell writes err and returns its exit code. To people nothing is said of an
// interrupt: they were told when the signal came.
func (t *teller) tell(err error) int {
	code := exitCode(err)
	switch {
	case t.json:
		ui.NewJSON(t.w).Error(err, hints(err), code)
		return code
	case code == exitInterrupted, code == exitTerminated:
		return code
	}
	var problems spec.Errors
	if errors.As(err, &problems) {
		// Editors find their way by lines that begin with file, line and column.
		fmt.Fprintln(t.w, ui.Clean(problems.Error()))
		return code
	}
	fmt.Fprintf(t.w, "osssync: %s\n", strings.ReplaceAll(ui.Clean(err.Error()), "\n", "\n  "))
	for _, hint := range hints(err) {
		fmt.Fprintf(t.w, "  hint: %s\n", ui.Clean(hint))
	}
	return code
}

// tellNotice writes what stops nothing.
func (t *teller) tellNotice(n reconcile.Notice) {
	if t.json {
		ui.NewJSON(t.w).Notice(n.Fact, n.Hint)
		return
	}
	fmt.Fprintf(t.w, "osssync: note: %s\n  hint: %s\n", ui.Clean(n.Fact), ui.Clean(n.Hint))
}

// hints returns what a user can do about err, line by line.
func hints(err error) []string {
	var (
		guard  *plan.GuardError
		setup  *reconcile.SetupError
		stale  *plan.StaleError
		locked *reconcile.LockedError

		running *watch.RunningError
		usage   *usageError
		serve   *serveError
	)
	switch {
	case errors.As(err, &guard):
		lines := []string{"nothing was changed"}
		for _, trip := range guard.Trips {
			lines = append(lines, trip.Hint)
		}
		return lines
	case errors.As(err, &setup):
		return []string{setup.Hint}
	case errors.As(err, &stale):
		return []string{"nothing was changed; plan again"}
	case errors.As(err, &locked):
		return []string{"nothing was changed; run again when it has ended"}
	case errors.As(err, &running):
		return []string{"there is one watch for a spec; `osssync status` tells how it is doing"}
	case errors.Is(err, watch.ErrNever):
		return []string{"`osssync watch` starts one; a watch is found by its spec and --state-dir"}
	case errors.Is(err, plan.ErrInvalid):
		return []string{"nothing was changed; make the plan again with `osssync plan --out`"}
	case errors.Is(err, index.ErrNewer), errors.Is(err, resumable.ErrNewer):
		return []string{"nothing was changed; use that version, or another --state-dir: what is not remembered is compared anew"}
	case errors.As(err, &usage) && usage.hint != "":
		return []string{usage.hint}
	case errors.As(err, &serve):
		if serve.hint == "" {
			return nil
		}
		return []string{serve.hint}
	}
	if hint := fault.Hint(err); hint != "" {
		return []string{hint}
	}
	return nil
}
