package main

import (
	"context"
	"errors"
	"slices"

	"github.com/osssync/osssync/internal/doctor"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/watch"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

// The exit codes. Scripts rely on them: a number never changes its meaning.
const (
	exitDone        = 0   // done, or nothing to do
	exitFailed      = 1   // none of those below
	exitChanges     = 2   // changes are pending (plan --detailed-exitcode, status)
	exitIncomplete  = 3   // some items failed, were skipped, held or left alone
	exitGuard       = 4   // stopped by a guard; nothing was changed
	exitStale       = 5   // the saved plan is stale; nothing was changed
	exitLocked      = 6   // another run holds the lock, nothing was changed; of status: no watch is running
	exitUsage       = 7   // the spec, the command line or the plan file is wrong; nothing was changed
	exitDenied      = 8   // credentials are missing, or lack a right
	exitRemote      = 9   // the service cannot be reached or talks nonsense; resumable
	exitIntegrity   = 10  // bytes were proved wrong
	exitDisk        = 11  // a local disk is full, read-only or broken, or a local path may not be used
	exitInterrupted = 130 // SIGINT
	exitTerminated  = 143 // SIGTERM
)

// severity orders the codes, gravest last: of several mappings the gravest code
// is that of the process. Damage comes before trouble, trouble before refusals
// that changed nothing, refusals before work left over.
var severity = []int{
	exitDone, exitChanges, exitIncomplete, exitLocked, exitStale, exitGuard, exitUsage,
	exitFailed, exitRemote, exitDenied, exitDisk, exitIntegrity, exitInterrupted, exitTerminated,
}

// graver returns the graver of two codes.
func graver(a, b int) int {
	if slices.Index(severity, b) > slices.Index(severity, a) {
		return b
	}
	return a
}

// exitCode returns the code of an error; nil is done.
func exitCode(err error) int {
	var (
		stop     *interrupt
		guard    *plan.GuardError
		stale    *plan.StaleError
		locked   *reconcile.LockedError
		running  *watch.RunningError
		none     *notRunningError
		setup    *reconcile.SetupError
		usage    *usageError
		serving  *serveError
		problems spec.Errors
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &stop):
		return stop.code()
	case errors.As(err, &guard):
		return exitGuard
	case errors.As(err, &stale):
		return exitStale
	case errors.As(err, &locked), errors.As(err, &running), errors.As(err, &none), errors.Is(err, ossserver.ErrLocked):
		return exitLocked
	case errors.As(err, &usage), errors.As(err, &problems), errors.As(err, &setup), errors.Is(err, index.ErrNewer), errors.Is(err, resumable.ErrNewer),
		errors.Is(err, plan.ErrInvalid), errors.Is(err, reconcile.ErrUnknownMapping), errors.Is(err, resumable.ErrInvalid),
		errors.As(err, new(*ossclient.CertificatesError)), errors.Is(err, doctor.ErrOtherRegion):
		return exitUsage
	case errors.Is(err, ossclient.ErrNoCredentials), errors.Is(err, ossclient.ErrUntrustedEndpoint):
		return exitDenied
	case errors.Is(err, ossserver.ErrDamaged):
		return exitDisk
	case errors.As(err, &serving):
		return exitFailed
	}
	return kindCode(fault.Of(err))
}

// kindCode returns the code of a kind of trouble. A missing bucket, or one of
// another region, is a wrong spec or command line: no bucket is ever made at a
// service.
func kindCode(k fault.Kind) int {
	switch k {
	case fault.Interrupted:
		return exitInterrupted
	case fault.Denied:
		return exitDenied
	case fault.Remote:
		return exitRemote
	case fault.NoBucket, fault.OtherRegion:
		return exitUsage
	case fault.Integrity:
		return exitIntegrity
	case fault.Disk, fault.NoAccess:
		return exitDisk
	case fault.Moved:
		return exitIncomplete
	}
	return exitFailed
}

// endCode returns the code of a command that ended with code while ctx may have
// been ended by a signal. The SDK reports what it was doing when that happened,
// which is not what happened.
func endCode(ctx context.Context, code int) int {
	var stop *interrupt
	if code != exitDone && errors.As(context.Cause(ctx), &stop) {
		return stop.code()
	}
	return code
}

// usageError is a command line, or a file named on it, that is wrong.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// codeError is the code of a command whose errors were all told already.
type codeError int

func (codeError) Error() string { return "told already" }

// coded returns the error for a code; nil for done.
func coded(code int) error {
	if code == exitDone {
		return nil
	}
	return codeError(code)
}
