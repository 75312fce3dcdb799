package watch

import (
	"errors"
	"strings"
	"time"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

// When to try again what other things than time put right.
var (
	rootRetry   = Backoff{First: 2 * time.Second, Most: 30 * time.Second} // no request is made
	lockRetry   = Backoff{First: time.Second, Most: 15 * time.Second}     // neither
	deniedRetry = Backoff{First: 30 * time.Second}
)

// trouble turns the error of a pass into its result.
func trouble(m *spec.Mapping, err error) Result {
	r := Result{Verdict: Failed, Reason: oneLine(err), Hint: fault.Hint(err), Fault: faultWords[fault.Of(err)]}
	var (
		guard  *plan.GuardError
		setup  *reconcile.SetupError
		locked *reconcile.LockedError
	)
	switch {
	case errors.As(err, &locked):
		return Result{Verdict: Waiting, Reason: oneLine(err), Retry: lockRetry}
	case errors.As(err, &guard):
		r.Verdict, r.Fault, r.Hint = Halted, "guard", "nothing was changed; "+guard.Trips[0].Hint
		r.Retry, r.Stirs = Backoff{First: m.Watch.Rescan}, true
		if guard.Trips[0].Guard == "missing-source" {
			r.Fault, r.Hint, r.Retry = "root", "it goes on by itself when the folder is back; an unmounted disk looks like this", rootRetry
		}
	case errors.As(err, &setup):
		r.Verdict, r.Fault, r.Hint, r.Retry = Halted, "setup", setup.Hint, deniedRetry
	case errors.Is(err, index.ErrNewer), errors.Is(err, resumable.ErrNewer):
		r.Verdict, r.Fault, r.Retry = Halted, "setup", deniedRetry
	case errors.Is(err, localfs.ErrRootReplaced):
		r.Fault, r.Whole, r.Retry = "root", CauseRoot, rootRetry
	}
	switch fault.Of(err) {
	case fault.Denied, fault.NoBucket, fault.OtherRegion:
		r.Verdict, r.Retry = Halted, deniedRetry
	}
	return r
}

var faultWords = map[fault.Kind]string{
	fault.Other: "other", fault.Interrupted: "interrupted", fault.Denied: "denied", fault.Remote: "remote", fault.NoBucket: "bucket",
	fault.OtherRegion: "region", fault.Integrity: "integrity", fault.Disk: "disk", fault.NoAccess: "access", fault.Moved: "moved",
}

// moved reports that file or object were changed under a pass.
func moved(err error) bool { return fault.Of(err) == fault.Moved }

// oneLine returns the text of an error for a log and a status.
func oneLine(err error) string { return strings.ReplaceAll(visible(err.Error()), "\n", "; ") }
