package watch

import "time"

// Instant is a moment by the two clocks of a machine.
type Instant struct {
	Mono time.Duration // since any one moment; does not jump, and stands while the machine sleeps
	Wall time.Time
}

// maxSkew is how far the clocks may move apart between two looks: more is a sleep of
// the machine, or a clock that was set.
const maxSkew = 10 * time.Second

// Cause says why a pass over everything is due.
type Cause string

// The causes.
const (
	CauseStart   Cause = "start"
	CauseRescan  Cause = "rescan"
	CauseLost    Cause = "events lost"
	CauseClock   Cause = "sleep or clock jump"
	CauseDeletes Cause = "deletes"
	CauseUnclear Cause = "unclear paths"
	CauseRoot    Cause = "root replaced"
	CauseAgain   Cause = "again"
)

// Task is a pass that is due.
type Task struct {
	Cause Cause    // of a pass over everything; "" for one over Paths
	Paths []string // sorted; "" is the whole tree
}

// Whole reports a pass over everything. Nil is no pass.
func (t *Task) Whole() bool { return t != nil && t.Cause != "" }

// Verdict says how a pass ended.
type Verdict uint8

// The verdicts.
const (
	Settled Verdict = iota + 1 // all that was looked at agrees, or is left as the spec wants it
	Left                       // some of it was left alone and needs somebody's attention
	Failed                     // the pass, or a part of it, is to be tried again
	Halted                     // nothing may be done until somebody, or something outside, puts it right
	Waiting                    // another run has the lock
)

// Backoff says when to try again after trouble: after First, doubled with each time
// in a row up to Most, and up to a quarter more or less. Zero fields are those of
// the schedule: one second, and the time of the rescan.
type Backoff struct{ First, Most time.Duration }

// shortPause is First where a Backoff does not say.
const shortPause = time.Second

// deletePace is how many times as long as the last pass over everything took the
// next one waits that a delete asks for: passes for deletes take a fifth of the time
// at most.
const deletePace = 4

// Schedule decides what a mapping does when. It is pure: it is told the time, and
// what became of its tasks. It is for one goroutine.
type Schedule struct {
	settle, rescan time.Duration
	random         func() float64 // 0 to 1

	dirty   Dirty
	running *Task         // nil: none
	began   time.Duration // when it did
	took    time.Duration // the last pass over everything
	ended   time.Duration // when it did
	wholeAt time.Duration // when the next one is due
	cause   Cause         // of that
	after   Cause         // asked for while one runs, which may be past what it is asked for; "": none
	owed    bool          // one was asked for that has not begun
	notYet  time.Duration // nothing begins before
	tries   int           // without success, in a row
	halted  bool
	stirs   bool // and a change may put it right
	seen    Instant
}

// NewSchedule returns a schedule whose first task is a pass over everything, due at
// once. random returns numbers from 0 to 1 and spreads what many mappings and
// machines do.
func NewSchedule(now Instant, settle, rescan time.Duration, random func() float64) *Schedule {
	return &Schedule{settle: settle, rescan: rescan, random: random, wholeAt: now.Mono, cause: CauseStart, seen: now}
}

// Touch tells that a path changed; a folder stands for all that is below it.
func (s *Schedule) Touch(now Instant, path string, folder bool) {
	s.dirty.Add(now.Mono, path, folder)
	if s.stirs && s.running == nil {
		s.stirs, s.notYet = false, 0
		s.Want(now, CauseDeletes)
	}
}

// Pending returns how many paths wait to be looked at.
func (s *Schedule) Pending() int { return s.dirty.Len() }

// Owes reports that a pass over everything was asked for and has not begun: something
// is due that passes over some paths cannot do.
func (s *Schedule) Owes() bool { return s.owed }

// WholeAt returns when the next pass over everything is due.
func (s *Schedule) WholeAt() time.Duration { return max(s.wholeAt, s.notYet) }

// Want asks for a pass over everything. One for deletes, or for a change in a tree
// that is halted, waits until the tree is quiet, and for a while after the last; any
// other is due at once. While one runs, the next follows it.
func (s *Schedule) Want(now Instant, cause Cause) {
	if s.running.Whole() {
		if s.after == "" || s.after == CauseDeletes {
			s.after = cause
		}
		return
	}
	s.owed = true
	at := now.Mono
	if cause == CauseDeletes {
		at = min(max(at+s.settle, s.ended+deletePace*s.took), at+s.rescan)
	}
	if at < s.wholeAt {
		s.wholeAt, s.cause = at, cause
	}
}

// Next returns the task to begin now, if ok. Else nothing is to be done for wait,
// unless something is told before.
func (s *Schedule) Next(now Instant) (task Task, ok bool, wait time.Duration) {
	s.look(now)
	if s.running != nil {
		return Task{}, false, s.rescan
	}
	if now.Mono < s.notYet {
		return Task{}, false, s.notYet - now.Mono
	}
	if now.Mono >= s.wholeAt {
		s.dirty.Clear()
		s.owed = false
		return s.begin(now, Task{Cause: s.cause}), true, 0
	}
	next := s.wholeAt
	if due, some := s.dirty.Due(s.settle); some && !s.halted {
		if due <= now.Mono {
			return s.begin(now, Task{Paths: s.dirty.Take(now.Mono, s.settle)}), true, 0
		}
		next = min(next, due)
	}
	return Task{}, false, next - now.Mono
}

func (s *Schedule) begin(now Instant, t Task) Task {
	s.running, s.began = &t, now.Mono
	return t
}

// look notices that the machine slept, or that a clock was set.
func (s *Schedule) look(now Instant) {
	skew := now.Wall.Round(0).Sub(s.seen.Wall.Round(0)) - (now.Mono - s.seen.Mono)
	s.seen = now
	if skew > maxSkew || skew < -maxSkew {
		s.Want(now, CauseClock)
	}
}

// Done tells how the task that Next gave ended.
func (s *Schedule) Done(now Instant, r *Result) {
	task := s.running
	s.running = nil
	s.halted = r.Verdict == Halted
	s.stirs = s.halted && r.Stirs
	if task.Whole() {
		s.took, s.ended = now.Mono-s.began, now.Mono
		s.wholeAt, s.cause = now.Mono+s.spread(s.rescan), CauseRescan
	}
	for _, p := range r.Again {
		s.dirty.Add(now.Mono, p, false)
	}
	switch r.Verdict {
	case Settled, Left:
		s.tries, s.notYet = 0, 0
	default:
		s.postpone(now, task, r)
	}
	if r.Whole != "" {
		s.Want(now, r.Whole)
	}
	if s.after != "" {
		s.Want(now, s.after)
		s.after = ""
	}
}

// postpone has a task tried again later.
func (s *Schedule) postpone(now Instant, task *Task, r *Result) {
	s.notYet = now.Mono + s.pause(r.Retry)
	s.tries++
	switch {
	case r.Verdict == Halted, task.Whole() && len(r.Again) == 0:
		s.wholeAt, s.cause = s.notYet, CauseAgain
	case len(r.Again) == 0:
		for _, p := range task.Paths {
			s.dirty.Add(now.Mono, p, true)
		}
	}
}

func (s *Schedule) pause(b Backoff) time.Duration {
	if b.First == 0 {
		b.First = shortPause
	}
	if b.Most == 0 {
		b.Most = max(b.First, s.rescan)
	}
	pause := b.First
	for range s.tries {
		if pause *= 2; pause >= b.Most {
			pause = b.Most
			break
		}
	}
	return s.spread(min(pause, b.Most))
}

// spread returns d, up to a quarter less or more.
func (s *Schedule) spread(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.75 + s.random()/2))
}
