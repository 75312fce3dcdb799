package watch

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/osssync/osssync/spec"
)

func TestMain(m *testing.M) {
	flag.Set("rapid.checks", "50") // the command line may ask for more
	flag.Set("rapid.steps", "20")
	goleak.VerifyTestMain(m)
}

// fakeSource is a tree that tells what it is told to.
type fakeSource struct {
	events chan Event
	mu     sync.Mutex
	moved  bool
	closed bool
}

func (s *fakeSource) Events() <-chan Event { return s.events }

func (s *fakeSource) Stands() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.moved
}

func (s *fakeSource) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// call is a pass that was asked for.
type call struct {
	at   time.Duration // since the start
	task Task
}

// rig is a keeper whose tree, passes and time are made up. It is for a bubble.
type rig struct {
	t       *testing.T
	start   time.Time
	mapping *spec.Mapping
	board   *Board
	log     bytes.Buffer

	mu      sync.Mutex
	calls   []call
	answer  func(Task) Result
	changes []Change // that passes tell of
	sources []*fakeSource
	refuse  error         // of opening a source
	takes   time.Duration // to open one
	beats   int
}

func (r *rig) Pass(ctx context.Context, _ *spec.Mapping, t Task, o Observer) Result {
	r.mu.Lock()
	r.calls = append(r.calls, call{time.Since(r.start), t})
	answer, changes := r.answer, r.changes
	r.mu.Unlock()
	for _, c := range changes {
		o.Change(c)
	}
	if answer == nil {
		return Result{Verdict: Settled}
	}
	return answer(t)
}

func (r *rig) Close() error { return nil }

func (r *rig) open(context.Context, *spec.Mapping) (Source, error) {
	r.mu.Lock()
	takes := r.takes
	r.mu.Unlock()
	time.Sleep(takes)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse != nil {
		return nil, r.refuse
	}
	r.sources = append(r.sources, &fakeSource{events: make(chan Event)})
	return r.sources[len(r.sources)-1], nil
}

func (r *rig) beat() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.beats++
}

// tell sends an event of the tree that is watched now.
func (r *rig) tell(e Event) {
	r.mu.Lock()
	s := r.sources[len(r.sources)-1]
	r.mu.Unlock()
	s.events <- e
}

func (r *rig) touch(path string) { r.tell(Event{Kind: Touched, Path: path}) }

// answers sets what passes give from now on.
func (r *rig) answers(answer func(Task) Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// always gives one result.
func always(result Result) func(Task) Result { return func(Task) Result { return result } }

// drain returns the passes since the last time.
func (r *rig) drain() []call {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *rig) status() MappingStatus {
	synctest.Wait()
	return r.board.Status().Mappings[0]
}

// wants fails unless the mapping is in a state.
func (r *rig) wants(state State) {
	r.t.Helper()
	if s := r.status(); s.State != state {
		r.t.Errorf("state %s (%s), want %s", s.State, s.Reason, state)
	}
}

// said is how many lines of the log have a text.
func (r *rig) said(text string) int { return strings.Count(r.log.String(), text) }

const (
	testSettle = 2 * time.Second
	testRescan = 10 * time.Minute
)

// beside runs f in a bubble beside a keeper, whose first pass has ended by then.
func beside(t *testing.T, clock func() Instant, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, start: time.Now(), mapping: &spec.Mapping{
			Name: "site", Root: "/srv/site", Watch: spec.Watch{Enabled: true, Settle: testSettle, Rescan: testRescan},
		}}
		r.board = NewBoard(Status{Mappings: []MappingStatus{{Name: "site", State: Starting}}})
		if clock == nil {
			clock = func() Instant { return Instant{Mono: time.Since(r.start), Wall: time.Now().Round(0)} }
		}
		k := &keeper{
			mapping: r.mapping, passes: r, open: r.open, board: r.board, log: slog.New(slog.NewTextHandler(&r.log, nil)),
			clock: clock, beat: r.beat, schedule: NewSchedule(clock(), testSettle, testRescan, func() float64 { return 0.5 }),
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			k.run(ctx)
		}()
		synctest.Wait()
		f(r)
		stop()
		<-ended
	})
}

var errTest = errors.New("made up")
