package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
)

// outcome is all that can be known of one run from outside, for the oracle.
type outcome struct {
	before, after *sides
	allowed       bool // guards were told to let it pass

	planned bool
	summary plan.Summary
	rows    []plan.Action
	results []apply.Result
	report  reconcile.Report
	err     error

	events []ossserver.Exchange // what the server did for the run
	struck []fault
	strays []string
	calls  map[string]int              // to the disk, in builds with the tag failpoint
	broken int                         // calls to the disk that went wrong, and damage of the index
	counts map[ossserver.Operation]int // of requests and connections
	sent   int64                       // bytes of content that left the client
	output bytes.Buffer                // all that a user could see of it: plan, results, errors
}

// how says how a run is made. The zero value is one that nothing disturbs.
type how struct {
	faults []fault
	disk   []diskFault
	saved  bool // from a plan that was saved before
	allow  bool // whatever guards say
}

// run makes one apply, as a process of its own would, while faults strike.
func (w *world) run(h how) (*outcome, error) {
	o := &outcome{allowed: h.allow}
	var err error
	var saved *plan.Section
	if h.saved {
		saved = w.save()
	}
	if o.before, err = w.look(); err != nil {
		return nil, err
	}
	w.events.Reset()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	w.wire.begin(h.faults, cancel)
	w.meddled, w.rivalled, w.broken = map[string]intrusion{}, map[string]intrusion{}, w.damaged
	w.damaged = 0
	diskCounts, err := w.watch(h.disk)
	if err != nil {
		return nil, err
	}
	o.err = w.apply(ctx, o, saved)
	o.calls, o.broken = diskCounts(), w.broken
	if o.err != nil {
		fmt.Fprintln(&o.output, o.err)
	}
	w.wire.settle()
	w.wire.mu.Lock()
	o.struck, o.sent, o.strays, o.counts = w.wire.struck, w.wire.sent, w.wire.strays, w.wire.counts
	delete(o.counts, "")
	w.wire.mu.Unlock()
	w.wire.begin(nil, func(error) {})
	o.events = w.events.Exchanges()
	if o.after, err = w.look(); err != nil {
		return nil, err
	}
	return o, nil
}

// apply is the run itself.
func (w *world) apply(ctx context.Context, o *outcome, saved *plan.Section) (err error) {
	session, err := w.session(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	p, err := session.Prepare(ctx, w.mapping(), saved)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if p.Converged {
		return nil
	}
	o.planned, o.summary = true, p.Section.Summary
	for row, err := range p.Section.Rows() {
		if err != nil {
			return err
		}
		o.rows = append(o.rows, row)
	}
	if err := p.Section.CopyTo(&o.output); err != nil {
		return err
	}
	allow := plan.Allowances{}
	if o.allowed {
		allow = plan.Allowances{Deletes: o.summary.Deletes(), EmptySource: true}
	}
	if err := p.Guard(allow); err != nil {
		return err
	}
	o.report, err = p.Run(ctx, nil, func(r apply.Result) {
		o.results = append(o.results, r)
		fmt.Fprintln(&o.output, r.Outcome, r.Action.Where(), r.Detail, r.Err)
	})
	return err
}

// save makes a plan and keeps it as a file would. Without faults a plan can only
// fail for reasons that an apply meets too.
func (w *world) save() *plan.Section {
	ctx := context.Background()
	session, err := w.session(ctx)
	if err != nil {
		return nil
	}
	defer session.Close()
	p, err := session.Preview(ctx, w.mapping())
	if err != nil {
		return nil
	}
	defer p.Close()
	var text bytes.Buffer
	err = errors.Join(plan.WriteFileHeader(&text, ours, []string{w.mapping().Name}), p.Section.CopyTo(&text))
	file, readErr := plan.ReadFile(bytes.NewReader(text.Bytes()), int64(text.Len()))
	if err != nil || readErr != nil {
		return nil
	}
	return file.Sections[0]
}

// stateText is every byte of the state folder.
func (w *world) stateText() ([]byte, error) {
	var all bytes.Buffer
	err := filepath.WalkDir(w.state, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(&all, f)
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return all.Bytes(), err
}

// records returns how many checkpoints and plan files lie in the state folder.
func (w *world) records() (n int, err error) {
	for _, dir := range []string{"checkpoints", "plans"} {
		names, err := filepath.Glob(filepath.Join(w.state, "*", dir, "*"))
		if err != nil {
			return 0, err
		}
		n += len(names)
	}
	return n, nil
}
