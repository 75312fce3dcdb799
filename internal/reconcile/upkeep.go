package reconcile

import (
	"context"
	"io"

	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// Upkeep limits what a plan for keeping a mapping in agreement changes. The zero
// value changes what any plan does.
type Upkeep struct {
	KeepExtra bool // delete nothing, whatever the mapping's prune says
	KeepDrift bool // leave alone what others changed on the side that the mapping writes
}

// PrepareUpkeep makes the plan of a mapping as [Session.Prepare] does, within limits,
// and counts in [Plan.Drift] what others changed. What is extra is counted in the
// summary of the section.
func (s *Session) PrepareUpkeep(ctx context.Context, m *spec.Mapping, limits Upkeep) (*Plan, error) {
	if limits.KeepExtra && m.Prune != spec.PruneNever {
		kept := *m
		kept.Prune = spec.PruneNever
		m = &kept
	}
	return s.begin(m, true, func(p *Plan) error {
		if err := p.whole(ctx, nil); err != nil {
			return err
		}
		if err := p.countDrift(); err != nil || p.Drift == 0 || !limits.KeepDrift {
			return err
		}
		var failed error
		section, err := p.write(plan.ReadFile, func(f io.Writer) error {
			return plan.Without(p.Section, func(a plan.Action) bool {
				drifted, err := p.drifted(a)
				if failed == nil {
					failed = err
				}
				return drifted
			}, f)
		})
		if err == nil {
			err = failed
		}
		p.Section = section
		return err
	})
}

func (p *Plan) countDrift() error {
	for a, err := range p.Section.Rows() {
		if err != nil {
			return err
		}
		drifted, err := p.drifted(a)
		if err != nil {
			return err
		}
		if drifted {
			p.Drift++
		}
	}
	return nil
}

// drifted reports a change that is due though its source is as the index has it: it
// is the other side that somebody else changed.
func (p *Plan) drifted(a plan.Action) (bool, error) {
	var same func(*plan.Base) bool
	switch a := a.(type) {
	case *plan.Upload:
		same = func(row *plan.Base) bool { return !row.Racy && row.Local == a.Local }
	case *plan.ResumeUpload:
		same = func(row *plan.Base) bool { return !row.Racy && row.Local == a.Local }
	case *plan.Download:
		same = func(row *plan.Base) bool { return row.Remote.Size == a.Remote.Size && row.Remote.ETag == a.Remote.ETag }
	default:
		return false, nil
	}
	row, found, err := p.index.Row(a.Where())
	return found && same(&row), err
}

// Place returns a short text for where the tree of a mapping is: the machine and the
// file system. Another one stands for another disk, or for one that is not mounted.
func (s *Session) Place(m *spec.Mapping) string { return s.origin(m.Root) }
