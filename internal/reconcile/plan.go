package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// Plan is the plan of one mapping with all that it was made from open.
type Plan struct {
	Mapping *spec.Mapping
	Section *plan.Section

	// Converged is set when a saved plan is stale for the best of reasons: an
	// apply ran since, and nothing is left to do.
	Converged bool

	// Beyond is how many changes are due now that a saved plan does not hold.
	// They are not done. If content is among them, deletes are held: it may be
	// what they take away, under another name.
	Beyond int64

	// Of a plan of some paths: index rows without anything at their place, and
	// whether something was met that only a plan of all paths can decide.
	Gone    int64
	Unclear bool

	// Drift is, of a plan for upkeep, how many changes are due because the side that
	// the mapping writes is not as it was left. With Upkeep.KeepDrift they are not in
	// the plan.
	Drift int64

	// Notices are for whoever runs the plan.
	Notices []Notice

	session *Session
	store   *Store
	state   string // folder
	root    *localfs.Root
	index   *index.Index
	origin  string     // of the index, or of the one to be made
	files   []*os.File // plan files, removed by Close
	temps   []string   // leftovers of downloads that the walk met

	uploads map[string]plan.Stat // multipart uploads that checkpoints of the mapping name, as owners.here
	listed  map[string]bool      // those of them that still are pending

	unsettled map[string]int // by key: uploads to abort that no checkpoint names
	release   func() error
	locked    bool
	alone     bool // the lock keeps others away

	indexAt   string // path of index
	elsewhere string // where the index that is from elsewhere will be kept; "" if there is none
	partial   bool   // content is due that Section does not move
	touched   bool   // Section is of some paths
}

// Preview makes the plan of a mapping. It changes nothing on either side, nor any
// state that a later plan would see, and takes no lock.
func (s *Session) Preview(ctx context.Context, m *spec.Mapping) (*Plan, error) {
	return s.make(ctx, m, nil, false)
}

// Prepare makes the plan of a mapping under its lock, for running. With a saved
// section the plan is that one, if it still is due to the letter; the error is a
// *plan.StaleError if not. It is a *LockedError if another run has the lock.
func (s *Session) Prepare(ctx context.Context, m *spec.Mapping, saved *plan.Section) (*Plan, error) {
	return s.make(ctx, m, saved, true)
}

func (s *Session) make(ctx context.Context, m *spec.Mapping, saved *plan.Section, locked bool) (*Plan, error) {
	return s.begin(m, locked, func(p *Plan) error { return p.whole(ctx, saved) })
}

// begin opens what the plan of a mapping is made from, and has draft make it.
func (s *Session) begin(m *spec.Mapping, locked bool, draft func(*Plan) error) (p *Plan, err error) {
	p = &Plan{Mapping: m, session: s, store: s.stores[m.Store], state: s.stateOf(m), locked: locked, release: func() error { return nil }}
	defer func() {
		if err != nil {
			p, err = nil, errors.Join(err, p.Close())
		}
	}()
	if err := p.open(); err != nil {
		return p, err
	}
	return p, draft(p)
}

// whole makes the plan of all paths, or of it what a saved one holds as well.
func (p *Plan) whole(ctx context.Context, saved *plan.Section) error {
	fresh, err := p.decide(ctx)
	if errors.Is(err, index.ErrDamaged) {
		// That pages are lost shows only when the rows are read.
		if err := p.dropIndex(); err != nil {
			return err
		}
		fresh, err = p.decide(ctx)
	}
	if err != nil {
		return err
	}
	p.Section = fresh
	if saved == nil {
		return nil
	}
	narrowed, err := p.narrow(fresh, saved)
	var stale *plan.StaleError
	if errors.As(err, &stale) && stale.Applied && fresh.Summary.Changes() == 0 && !fresh.Summary.Incomplete() {
		p.Converged = true
		return nil
	}
	if err != nil {
		return err
	}
	p.Section = narrowed
	p.Beyond = fresh.Summary.Changes() - narrowed.Summary.Changes()
	p.partial = fresh.Summary.Transfers() > narrowed.Summary.Transfers()
	return nil
}

// narrow returns of the section fresh what a saved one holds as well.
func (p *Plan) narrow(fresh, saved *plan.Section) (*plan.Section, error) {
	if old := saved.Header.Expired(&fresh.Header, p.session.opts.MaxPlanAge); old != "" {
		return nil, &plan.StaleError{Mapping: saved.Header.Mapping, What: old}
	}
	return p.write(plan.ReadFile, func(f io.Writer) error { return plan.Narrow(fresh, saved, f) })
}

// decide makes the section from what stands now.
func (p *Plan) decide(ctx context.Context) (*plan.Section, error) {
	m, scan := p.Mapping, p.session.opts.Scan
	records, err := p.records()
	if err != nil {
		return nil, err
	}
	owners, err := p.owners(records)
	if err != nil {
		return nil, err
	}
	p.uploads = owners.here
	if n := owners.unread.notice(); n != nil && m.Direction == spec.Push && !slices.Contains(p.Notices, *n) {
		p.Notices = append(p.Notices, *n)
	}
	policy := plan.PolicyOf(m, time.Time{}, p.session.opts.Deep)
	from := sources{
		mapping: m, root: p.root, client: p.store.Client, index: p.index, owners: owners, scan: scan,
		passes: policy.PassesOver, listed: map[string]bool{},
	}
	joined := from.join(ctx)
	if joined.Pending != nil {
		// The age of pending uploads is counted by the server's clock, which the
		// first answer tells; so their listing starts before anything is decided.
		var stop func()
		joined.Pending, stop, err = primed(joined.Pending)
		defer stop()
		if err != nil {
			return nil, fmt.Errorf("mapping %q: %w", m.Name, err)
		}
	}
	policy.Now = p.serverTime()
	_, applies, err := p.index.Identity()
	if err != nil {
		return nil, err
	}
	policy.Applied = applies > 0
	scratch, err := p.scratch()
	if err != nil {
		return nil, err
	}
	draft, proof := plan.NewDraft(&policy, disk.ContentOf(scratch)), &plan.Proof{}
	settler := settler{policy: &policy, bucket: m.Bucket, prefix: m.Prefix, root: p.root, client: p.store.Client, now: p.session.opts.Now, scan: scan}
	if err := settler.settle(ctx, policy.PassOver(plan.Align(joined, proof)), p.whileRoom(scratch, draft.Add)); err != nil {
		var stopped *plan.GuardError
		if errors.As(err, &stopped) {
			return nil, err // names the mapping itself
		}
		return nil, fmt.Errorf("mapping %q: %w", m.Name, err)
	}
	p.temps, p.listed = from.temps, from.listed
	header, err := p.header()
	if err != nil {
		return nil, err
	}
	return p.write(plan.ReadFile, func(f io.Writer) error { return draft.Finish(header, proof, f) })
}

// serverTime returns the service's clock, or the zero time before its first
// answer.
func (p *Plan) serverTime() time.Time {
	now, _ := p.store.Client.ServerTime()
	return now.UTC()
}

func (p *Plan) header() (*plan.Header, error) {
	lineage, serial, err := p.index.Identity()
	if err != nil {
		return nil, err
	}
	m := p.Mapping
	h := &plan.Header{
		Mapping: m.Name, Spec: p.session.spec.Digest, Direction: m.Direction.String(),
		Service: p.store.Service, Bucket: m.Bucket, Prefix: m.Prefix,
		Root: m.Root, Prune: m.Prune.String(), Phases: m.Phases(),
		Lineage: lineage, Serial: serial, Made: p.serverTime(),
	}
	if p.root != nil {
		h.RootID = p.root.Identity()
	}
	return h, nil
}

// scratch makes an empty file in the state folder. Where the system allows it the
// file has no name from the start, so that nothing is left of it however the
// process ends; elsewhere Close removes it.
func (p *Plan) scratch() (*os.File, error) {
	f, err := disk.CreateTemp(filepath.Join(p.state, plansDir), "plan-*")
	if err != nil {
		return nil, fmt.Errorf("plan of mapping %q: %w", p.Mapping.Name, err)
	}
	p.files = append(p.files, f)
	if runtime.GOOS == "windows" {
		return f, nil
	}
	if err := disk.RemovePath(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) { // a run may have taken it for a leftover
		return f, err
	}
	return f, nil
}

// write makes a plan file with the one section that fill writes, and has it read as
// any plan file is: what is shown and run went through the same checks as
// what comes from elsewhere.
func (p *Plan) write(read func(io.ReaderAt, int64) (*plan.File, error), fill func(io.Writer) error) (*plan.Section, error) {
	f, err := p.scratch()
	if err != nil {
		return nil, err
	}
	content := disk.ContentOf(f)
	if err := plan.WriteFileHeader(content, p.session.opts.Tool, []string{p.Mapping.Name}); err != nil {
		return nil, err
	}
	if err := fill(content); err != nil {
		return nil, err
	}
	info, err := disk.StatFile(f)
	if err != nil {
		return nil, err
	}
	file, err := read(content, info.Size())
	if err != nil {
		return nil, err
	}
	return file.Sections[0], nil
}

// Guard judges the plan as a whole.
func (p *Plan) Guard(allow plan.Allowances) error {
	return plan.Guard(&p.Section.Header, &p.Section.Summary, p.Mapping.Guard, allow)
}

// Close releases everything, the lock last.
func (p *Plan) Close() error {
	var errs []error
	for _, f := range p.files {
		errs = append(errs, f.Close())
		if runtime.GOOS == "windows" {
			errs = append(errs, disk.RemovePath(f.Name()))
		}
	}
	errs = append(errs, p.index.Close())
	if p.root != nil {
		errs = append(errs, p.root.Close())
	}
	return errors.Join(append(errs, p.release())...)
}
