package reconcile

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
)

// settleWindow is how many paths may be undecided at once. It bounds memory, and
// how far a slow hash can hold the walk and the listing back.
const settleWindow = 512

// looks bounds the requests for evidence that are under way at once.
const looks = 32

// settler finds the evidence that decisions ask for.
type settler struct {
	policy *plan.Policy
	bucket string
	prefix string
	root   *localfs.Root
	client apply.API
	now    func() time.Time
	scan   *Scan
}

// undecided is a path that waits: for evidence, or for those before it.
type undecided struct {
	state   plan.State
	verdict plan.Verdict
	found   plan.Evidence
	ready   chan struct{} // nil: the verdict is there
}

// settle hands the states on in their order, each with its verdict. Most need no
// evidence and are handed on at once; that of the others is found in parallel. A
// state is valid until decided returns.
func (s *settler) settle(ctx context.Context, states iter.Seq2[plan.State, error], decided func(*plan.State, plan.Verdict) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		q := newQueue(ctx, s, group, decided)
		defer close(q.over)
		for state, err := range states {
			if err == nil {
				err = q.enter(state)
			}
			if err != nil {
				return err
			}
		}
		return q.drain(0)
	})
	return group.Wait()
}

// queue is the paths that cannot be handed on yet. What is not about its workers
// belongs to one goroutine.
type queue struct {
	*settler
	ctx     context.Context
	group   *errgroup.Group
	decided func(*plan.State, plan.Verdict) error

	waiting []*undecided
	current plan.State // one that did not have to wait

	local, remote workers
	over          chan struct{} // closed when nothing waits any more
}

// workers find evidence of one kind, so many paths at once. They stay until the
// queue is over: a goroutine for each path would grow its stack anew each time.
type workers struct {
	work    chan *undecided
	most    int
	running int
}

func newQueue(ctx context.Context, s *settler, group *errgroup.Group, decided func(*plan.State, plan.Verdict) error) *queue {
	// The room is for all that may wait, and for the one that is about to: nobody
	// who passes a path on has to wait for it.
	room := settleWindow + 1
	return &queue{
		settler: s, ctx: ctx, group: group, decided: decided, over: make(chan struct{}),
		local:  workers{work: make(chan *undecided, room), most: max(2, runtime.GOMAXPROCS(0))},
		remote: workers{work: make(chan *undecided, room), most: looks},
	}
}

// enter takes the next state.
func (q *queue) enter(state plan.State) error {
	if q.ctx.Err() != nil {
		return context.Cause(q.ctx)
	}
	if len(q.waiting) == 0 {
		q.current = state
		if v := q.policy.Diff(&q.current, &plan.Evidence{}); v.Ask == plan.AskNothing {
			return q.hand(&q.current, v)
		}
	}
	u := &undecided{state: state}
	u.verdict = q.policy.Diff(&u.state, &plan.Evidence{})
	if u.verdict.Ask != plan.AskNothing {
		u.ready = make(chan struct{})
		q.employ(&q.local)
		q.employ(&q.remote)
		q.pass(u)
	}
	q.waiting = append(q.waiting, u)
	return q.drain(settleWindow)
}

// drain hands on what is ready, and waits until at most so many are left.
func (q *queue) drain(left int) error {
	for len(q.waiting) > 0 {
		u := q.waiting[0]
		if len(q.waiting) <= left && !u.isReady() {
			return nil
		}
		if err := q.await(u); err != nil {
			return err
		}
		q.waiting = q.waiting[1:]
		if err := q.hand(&u.state, u.verdict); err != nil {
			return err
		}
	}
	return nil
}

func (q *queue) hand(state *plan.State, v plan.Verdict) error {
	q.scan.Compared.Add(1)
	if v.Class == plan.ClassChange {
		q.scan.Changes.Add(1)
	}
	return q.decided(state, v)
}

// await returns when the verdict is there, or with the error that prevents it.
func (q *queue) await(u *undecided) error {
	if u.isReady() {
		return nil
	}
	select {
	case <-u.ready:
		return nil
	case <-q.ctx.Done():
		return context.Cause(q.ctx)
	}
}

// isReady reports whether the verdict is there.
func (u *undecided) isReady() bool {
	if u.ready == nil {
		return true
	}
	select {
	case <-u.ready:
		return true
	default:
		return false
	}
}

// employ adds a worker, unless there are enough.
func (q *queue) employ(w *workers) {
	if w.running == w.most {
		return
	}
	w.running++
	q.group.Go(func() error {
		hasher := localfs.Hasher{Root: q.root}
		defer hasher.Close()
		for {
			select {
			case <-q.over:
				return nil
			case <-q.ctx.Done():
				return nil
			case u := <-w.work:
				if err := q.find(q.ctx, &hasher, u); err != nil {
					return err
				}
				q.pass(u)
			}
		}
	})
}

// pass gives a path to the workers that it needs next, or says that it is ready.
func (q *queue) pass(u *undecided) {
	switch u.verdict.Ask {
	case plan.AskNothing:
		close(u.ready)
	case plan.AskLocalSums, plan.AskPointer:
		q.local.work <- u
	case plan.AskRemoteSums, plan.AskRemoteBody:
		q.remote.work <- u
	}
}

// find gathers the evidence that the verdict asks for, and judges anew. An error is
// one that would meet other paths too.
func (s *settler) find(ctx context.Context, hasher *localfs.Hasher, u *undecided) (err error) {
	switch u.verdict.Ask {
	case plan.AskLocalSums:
		err = s.hash(ctx, hasher, &u.state, &u.found)
	case plan.AskRemoteSums:
		err = s.look(ctx, &u.state, &u.found)
	case plan.AskRemoteBody:
		err = s.read(ctx, &u.state, &u.found)
	case plan.AskPointer:
		err = s.pointer(ctx, &u.state, &u.found)
	}
	if err == nil {
		u.verdict = s.policy.Diff(&u.state, &u.found)
	}
	return err
}
