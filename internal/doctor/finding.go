package doctor

import (
	"context"
	"strings"
	"time"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// Status says how a finding is to be taken.
type Status string

// The statuses. There is no use for the zero value.
const (
	OK   Status = "ok"   // as it should be
	Warn Status = "warn" // a run may do without, or it could not be proved
	Fail Status = "fail" // a run will not get past it
)

// Finding is one thing that was looked at.
type Finding struct {
	Status  Status
	Subject string // what was looked at, such as `keys of store "prod"`
	Fact    string // what there is
	Hint    string // what to do; empty if nothing is to be done
	Err     error  // of a failure, what a run would end with
}

// Examination gathers findings. Its methods are for one goroutine.
type Examination struct {
	StateDir   string        // absolute; it need not exist
	Report     func(Finding) // is given each finding at once
	Open       func(spec.Store) (*reconcile.Store, error)
	Now        func() time.Time // this machine's clock
	WriteProbe bool             // also write an object, and delete it
}

func (x *Examination) ok(subject, fact string) {
	x.Report(Finding{Status: OK, Subject: subject, Fact: fact})
}

func (x *Examination) warn(subject, fact, hint string) {
	x.Report(Finding{Status: Warn, Subject: subject, Fact: fact, Hint: hint})
}

// fail reports err with the hint that a run would give.
func (x *Examination) fail(subject string, err error) {
	fact := strings.TrimPrefix(err.Error(), subject+": ")
	x.Report(Finding{Status: Fail, Subject: subject, Fact: fact, Hint: fault.Hint(err), Err: err})
}

// patience is how long a store may take to answer all questions.
const patience = time.Minute

// within gives ctx an end.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, patience)
}
