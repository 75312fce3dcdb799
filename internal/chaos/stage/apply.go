package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// Ready brings the stage to where the apply of its scene begins. The applies
// before it run in this process.
func (st *Stage) Ready(ctx context.Context) error {
	if err := st.change(st.Scene.First); err != nil {
		return fmt.Errorf("first: %w", err)
	}
	if len(st.Scene.First.Files)+len(st.Scene.First.Objects) > 0 {
		if report, err := st.Apply(ctx, nil); err != nil || !report.Complete() {
			return fmt.Errorf("first apply: %+v, %w", report, err)
		}
	}
	if err := st.change(st.Scene.Then); err != nil {
		return fmt.Errorf("then: %w", err)
	}
	if st.Scene.Cut == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer st.CutAfter(st.Scene.Cut, cancel)()
	if _, err := st.Apply(ctx, nil); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("apply to be cut after %d pieces: %w", st.Scene.Cut, err)
	}
	return nil
}

// CutAfter calls cut when an apply asks for one more piece than n, and lets none of
// its requests through from then on, until restore.
func (st *Stage) CutAfter(n int, cut func()) (restore func()) {
	moved, over := atomic.Int64{}, atomic.Bool{}
	gate := func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.UploadPart || r.Operation == ossserver.GetObject && r.Header.Get("Range") != "" {
			if moved.Add(1) > int64(n) && over.CompareAndSwap(false, true) {
				cut()
			}
		}
		if over.Load() {
			return &ossserver.Fault{Drop: true}
		}
		return nil
	}
	st.cut.Store(&gate)
	return func() { st.cut.Store(nil) }
}

// Apply makes a plan and runs it, as a process of its own would; with a saved plan
// what that holds of it.
func (st *Stage) Apply(ctx context.Context, saved *plan.Section) (report reconcile.Report, err error) {
	err = st.planned(ctx, saved, true, func(p *reconcile.Plan) error {
		if p.Converged {
			return nil
		}
		if err := p.Guard(plan.Allowances{Deletes: p.Section.Summary.Deletes()}); err != nil {
			return err
		}
		report, err = p.Run(ctx, nil, nil)
		return err
	})
	return report, err
}

// Save makes a plan as a file would keep it.
func (st *Stage) Save(ctx context.Context) (saved *plan.Section, err error) {
	err = st.planned(ctx, nil, false, func(p *reconcile.Plan) error {
		var text bytes.Buffer
		if err := errors.Join(plan.WriteFileHeader(&text, "stage", []string{p.Mapping.Name}), p.Section.CopyTo(&text)); err != nil {
			return err
		}
		file, err := plan.ReadFile(bytes.NewReader(text.Bytes()), int64(text.Len()))
		if err == nil {
			saved = file.Sections[0]
		}
		return err
	})
	return saved, err
}

// Due is how many changes a plan holds now.
func (st *Stage) Due(ctx context.Context) (changes int64, err error) {
	err = st.planned(ctx, nil, false, func(p *reconcile.Plan) error {
		changes = p.Section.Summary.Changes()
		return nil
	})
	return changes, err
}

// planned hands use a plan, made for a run or only to be seen, from a saved one if
// there is one.
func (st *Stage) planned(ctx context.Context, saved *plan.Section, run bool, use func(*reconcile.Plan) error) (err error) {
	wish, err := st.spec()
	if err != nil {
		return err
	}
	session, err := reconcile.Open(ctx, wish, nil, reconcile.Options{
		StateDir: st.State,
		OpenStore: func(wish spec.Store, o reconcile.StoreOptions) (*reconcile.Store, error) {
			client, err := st.client(wish, o.Connections)
			if err != nil {
				return nil, err
			}
			return &reconcile.Store{Client: client, Service: st.Service}, nil
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	prepare := session.Preview
	if run {
		prepare = func(ctx context.Context, m *spec.Mapping) (*reconcile.Plan, error) {
			return session.Prepare(ctx, m, saved)
		}
	}
	p, err := prepare(ctx, &wish.Mappings[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return use(p)
}
