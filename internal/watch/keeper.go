package watch

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// heartbeat is the longest time for which a mapping is not looked at: for the sleep
// of the machine, another folder at the root, and the proof that somebody is there.
const heartbeat = 30 * time.Second

// keeper keeps one mapping. All but pass runs in one goroutine.
type keeper struct {
	mapping  *spec.Mapping
	passes   Reconciler
	open     OpenSource
	board    *Board
	log      *slog.Logger
	clock    func() Instant
	beat     func() // tells that this goroutine is alive
	schedule *Schedule

	source  Source // nil: none, as for a pull
	blind   error  // why not every folder is watched
	told    bool   // that there is such a reason, since all was watched
	rootOff bool   // the root is not the folder that was watched
	missed  bool   // events were lost: folders may be there that are not watched

	wakeAt time.Duration // when the timer fires
	whole  bool          // a pass over everything came to its end
	last   Result        // of the last task
	left   Result        // of the last that left something alone, until a pass over everything leaves nothing
	shown  shown
	noted  []reconcile.Notice // that were logged
}

// shown is what the board tells of a mapping between its passes.
type shown struct {
	state        State
	reason, hint string
	pending      int64
	watching     bool
	next         time.Time
}

// run keeps the mapping until ctx ends, and a pass that runs then has ended.
func (k *keeper) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer k.closeSource()
	done := make(chan Result, 1)
	running := false
	for {
		select {
		case <-ctx.Done():
			if running {
				if r := <-done; r.Verdict == Settled || r.Verdict == Left {
					k.finish(&r) // it was as good as done
				}
			}
			return
		case e := <-k.events():
			k.note(e)
			if now := k.clock(); e.Kind == Touched && k.wakeAt <= now.Mono+k.mapping.Watch.Settle {
				continue // a burst of events costs no more than this
			}
		case r := <-done:
			running = false
			k.finish(&r)
		case <-timer.C:
			k.checkRoot()
		}
		k.beat()
		now := k.clock()
		task, begin, wait := k.schedule.Next(now)
		if begin {
			if task.Whole() {
				k.renewSource(ctx)
			}
			running = true
			k.begin(ctx, task, done)
			_, _, wait = k.schedule.Next(now)
		}
		k.publish(running)
		wait = min(max(wait, 0), heartbeat)
		k.wakeAt = now.Mono + wait
		timer.Reset(wait)
	}
}

func (k *keeper) events() <-chan Event {
	if k.source == nil {
		return nil
	}
	return k.source.Events()
}

// note takes an event in.
func (k *keeper) note(e Event) {
	now := k.clock()
	k.board.mapping(k.mapping.Name, func(m *MappingStatus) {
		m.Counts.Events++
		if e.Kind == Lost {
			m.Counts.Lost++
		}
	})
	switch e.Kind {
	case Touched:
		k.schedule.Touch(now, e.Path, e.Folder)
	case Lost:
		k.log.Warn("events lost, all is looked at", "error", e.Err)
		k.missed = true
		k.schedule.Want(now, CauseLost)
	case Blind:
		k.goBlind("not every folder can be watched; changes there are found by the rescan", e.Err)
	case Uprooted:
		k.uproot(now)
	}
}

// goBlind takes in why not every folder is watched, and says it once: each pass over
// everything tries anew.
func (k *keeper) goBlind(what string, err error) {
	if k.blind = err; !k.told {
		k.told = true
		k.log.Warn(what, "error", err, "rescan", k.mapping.Watch.Rescan)
	}
}

func (k *keeper) uproot(now Instant) {
	if !k.rootOff {
		k.rootOff = true
		k.schedule.Want(now, CauseRoot)
	}
}

func (k *keeper) checkRoot() {
	if k.source != nil && !k.source.Stands() {
		k.uproot(k.clock())
	}
}

// renewSource begins to watch anew where that can help: before a pass over everything
// that makes up for what was not told meanwhile.
func (k *keeper) renewSource(ctx context.Context) {
	if k.open == nil {
		return
	}
	if k.source != nil && k.blind == nil && !k.rootOff && !k.missed {
		k.told = false // all was watched since the pass before
		return
	}
	k.closeSource()
	source, err := k.openSource(ctx)
	if err != nil {
		k.goBlind("tree cannot be watched; changes are found by the rescan", err)
		return
	}
	k.source, k.blind, k.rootOff, k.missed = source, nil, false, false
}

// openSource begins to watch, and tells that it is alive meanwhile: in a large tree on a
// slow disk that takes minutes.
func (k *keeper) openSource(ctx context.Context) (source Source, err error) {
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	opened := make(chan struct{})
	go func() {
		defer close(opened)
		source, err = k.open(ctx, k.mapping)
	}()
	for {
		select {
		case <-opened:
			return source, err
		case <-alive.C:
			k.beat()
		}
	}
}

func (k *keeper) closeSource() {
	if k.source == nil {
		return
	}
	if err := k.source.Close(); err != nil {
		k.log.Warn("end of watching", "error", err)
	}
	k.source = nil
}

// begin runs a task beside the loop, which goes on to take events.
func (k *keeper) begin(ctx context.Context, t Task, done chan<- Result) {
	progress := &apply.Progress{}
	k.board.track(k.mapping.Name, progress)
	observer := Observer{Progress: progress, Change: func(c Change) {
		k.board.mapping(k.mapping.Name, func(m *MappingStatus) {
			m.Counts.see(&c)
			m.Changes = keep(m.Changes, c, maxChanges)
		})
		logChange(k.log, &c)
	}}
	go func() { done <- k.passes.Pass(ctx, k.mapping, t, observer) }()
}

// finish takes the result of a task in.
func (k *keeper) finish(r *Result) {
	now := k.clock()
	task := *k.schedule.running
	k.schedule.Done(now, r)
	k.board.track(k.mapping.Name, nil)
	if task.Whole() {
		k.whole = k.whole || r.ended()
		if r.Verdict == Settled {
			k.left = Result{}
		}
	}
	switch {
	case r.Verdict == Left:
		k.left = *r
	case r.Aside != "":
		k.left = Result{Verdict: Left, Reason: r.Aside, Hint: leftHint}
	}
	for _, n := range r.Notices {
		if !slices.Contains(k.noted, n) {
			k.noted = append(k.noted, n)
			k.log.Warn(n.Fact, "hint", n.Hint)
		}
	}
	said := r.Verdict == k.last.Verdict && r.Reason == k.last.Reason
	k.last = *r
	k.board.mapping(k.mapping.Name, func(m *MappingStatus) { k.record(m, now.Wall, &task, r) })
	logPass(k.log, &task, r, said)
}

// record writes the result of a task into the status.
func (k *keeper) record(m *MappingStatus, now time.Time, task *Task, r *Result) {
	if r.Fault != "" {
		m.fail(now, r.Fault, r.Reason, r.Hint)
	}
	if !task.Whole() {
		m.Counts.Batches++
	} else {
		m.Counts.Passes++
		m.Counts.Drift += r.Drift
		if r.ended() {
			m.LastPass, m.Extra, m.Kept = now, r.Extra, r.Kept
		}
	}
	if r.Verdict == Settled && k.whole && k.left.Verdict != Left && !k.schedule.Owes() && k.schedule.Pending() == 0 && m.Kept == 0 {
		m.LastConverged = now
	}
}

// publish shows the state, if it is another one.
func (k *keeper) publish(running bool) {
	now := k.clock()
	next := shown{
		next:    now.Wall.Add(k.schedule.WholeAt() - now.Mono).UTC().Round(time.Second),
		pending: int64(k.schedule.Pending()), watching: k.source != nil && k.blind == nil,
	}
	next.state, next.reason, next.hint = k.state(running)
	if next == k.shown {
		return
	}
	k.shown = next
	k.board.mapping(k.mapping.Name, func(m *MappingStatus) {
		m.be(now.Wall, next.state, next.reason, next.hint)
		m.Pending, m.Watching, m.NextPass = next.pending, next.watching, next.next
	})
}

// state sums up how the mapping is doing.
func (k *keeper) state(running bool) (state State, reason, hint string) {
	reason, hint = k.last.Reason, k.last.Hint
	switch {
	case k.last.Verdict == Halted:
		return Stopped, reason, hint
	case running && k.last.Verdict != Failed:
		return Working, "", ""
	case k.last.Verdict == Waiting:
		return Holding, reason, hint
	case k.last.Verdict == Failed:
		return BackingOff, reason, hint
	case !k.whole:
		return Starting, "", ""
	case k.blind != nil:
		return Degraded, "not every folder can be watched: " + k.blind.Error(), blindHint
	case k.left.Verdict == Left:
		return Degraded, k.left.Reason, k.left.Hint
	case k.schedule.Pending() > 0:
		return Settling, "", ""
	case k.schedule.Owes():
		return Settling, "a pass over everything is due: files are gone, and their objects are not", ""
	}
	return InSync, "", ""
}

const blindHint = "changes are found by the rescan; on Linux raise fs.inotify.max_user_watches and max_user_instances"
