package apply

import (
	"cmp"
	"slices"
	"sync"

	"github.com/osssync/osssync/plan"
)

// Progress counts what a run has done. The run writes, anybody may poll
// [Progress.Snapshot] at the same time. The zero value is ready, and so is nil.
//
// When a run has come to its end, done equals total: bytes that need not be
// moved after all, since an action was skipped, held or failed, leave the total.
// A run that an error ended stays short of it.
type Progress struct {
	mu     sync.Mutex
	total  Counts
	done   Counts
	active map[string]*transfer // by path
}

// transfer is one object under way.
type transfer struct {
	Transfer
	moved int64 // bytes counted as done
}

// Counts are actions and the bytes of content they move.
type Counts struct {
	Actions int64
	Bytes   int64
}

// Transfer is one object under way.
type Transfer struct {
	Path  string
	Done  int64 // bytes
	Total int64 // bytes
}

// Snapshot is the state of a run at one moment.
type Snapshot struct {
	Total  Counts
	Done   Counts // bytes include those of transfers under way
	Active []Transfer
}

// Snapshot returns where the run stands; transfers under way are sorted by path.
func (p *Progress) Snapshot() Snapshot {
	if p == nil {
		return Snapshot{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Snapshot{Total: p.total, Done: p.done}
	for _, t := range p.active {
		s.Active = append(s.Active, t.Transfer)
	}
	slices.SortFunc(s.Active, func(a, b Transfer) int { return cmp.Compare(a.Path, b.Path) })
	return s
}

func (p *Progress) expect(actions, bytes int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total.Actions += actions
	p.total.Bytes += bytes
}

// finish counts an action that has ended, whatever its outcome.
func (p *Progress) finish(a plan.Action) {
	if p == nil || isBookkeeping(a) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done.Actions++
	p.total.Bytes -= a.Cost().Bytes
	if t := p.active[a.Where()]; t != nil {
		p.total.Bytes += t.moved
		delete(p.active, a.Where())
	}
}

// transfer shows an object as under way until its action is finished. What
// report is told is bytes of the whole object; the first call may already name
// bytes that an earlier run stored, which were not expected and do not count.
func (p *Progress) transfer(path string, size, stored int64) (report func(done, total int64)) {
	if p == nil {
		return nil
	}
	t := &transfer{Transfer: Transfer{Path: path, Done: min(stored, size), Total: size}}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.active == nil {
		p.active = map[string]*transfer{}
	}
	p.active[path] = t
	return func(done, _ int64) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if done > t.Done {
			p.done.Bytes += done - t.Done
			t.moved += done - t.Done
			t.Done = done
		}
	}
}
