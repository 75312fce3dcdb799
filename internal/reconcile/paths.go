package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// ErrWhole says that a plan of some paths cannot be made: the mapping pulls, or there
// is no index of this place to tell which objects there are. A plan of all paths
// makes one.
var ErrWhole = errors.New("a plan of all paths is needed")

// PreparePaths makes the plan of some paths of a mapping that pushes and of all that
// is below them, under the mapping's lock, for running. Paths are separated by
// slashes and relative to the root; "" is the whole tree.
//
// Nothing is listed. The objects that the index names are looked at one by one where
// the file is not as the row has it; a file without a row is sent on condition that
// there is no object of its name. Such a plan never deletes: what is gone is counted
// in [Plan.Gone]. The error wraps [ErrWhole] if there is nothing to go by.
//
// RACE: a bucket with versioning ignores that condition: an object that the index
// does not know is replaced there, and kept as an older version.
func (s *Session) PreparePaths(ctx context.Context, m *spec.Mapping, paths []string) (*Plan, error) {
	return s.begin(m, true, func(p *Plan) error {
		if p.index == nil || m.Direction != spec.Push {
			return fmt.Errorf("mapping %q: %w", m.Name, ErrWhole)
		}
		p.touched = true
		section, err := p.decidePaths(ctx, paths)
		if errors.Is(err, index.ErrDamaged) {
			err = errors.Join(fmt.Errorf("mapping %q: %w", m.Name, ErrWhole), p.dropIndex())
		}
		p.Section = section
		return err
	})
}

func (p *Plan) decidePaths(ctx context.Context, paths []string) (*plan.Section, error) {
	m, scan := p.Mapping, p.session.opts.Scan
	policy := plan.PolicyOf(m, p.serverTime(), p.session.opts.Deep)
	policy.Require, policy.Touched = p.lacking(), true
	scratch, err := p.scratch()
	if err != nil {
		return nil, err
	}
	paths = slices.Clone(paths)
	slices.Sort(paths)
	from := touchedPaths{
		sources: sources{mapping: m, root: p.root, client: p.store.Client, index: p.index, scan: scan, passes: policy.PassesOver},
		paths:   paths,
	}
	draft := plan.NewDraft(&policy, disk.ContentOf(scratch))
	settler := settler{policy: &policy, bucket: m.Bucket, prefix: m.Prefix, root: p.root, client: p.store.Client, now: p.session.opts.Now, scan: scan}
	if err := settler.settle(ctx, policy.PassOver(plan.AlignTouched(from.looked(ctx))), p.whileRoom(scratch, draft.Add)); err != nil {
		return nil, fmt.Errorf("mapping %q: %w", m.Name, err)
	}
	p.Gone, p.Unclear = from.gone, from.unclear
	header, err := p.header()
	if err != nil {
		return nil, err
	}
	return p.write(plan.ReadTouched, func(f io.Writer) error { return draft.FinishTouched(header, f) })
}

// lacking returns the files that the tree must have and has not.
func (p *Plan) lacking() []string {
	look := p.root.Lstat
	if p.Mapping.Symlinks == spec.SymlinksFollow {
		look = p.root.Stat
	}
	return slices.DeleteFunc(slices.Clone(p.Mapping.Require), func(path string) bool {
		stat, err := look(path)
		return err == nil && stat.Mode.IsRegular()
	})
}
