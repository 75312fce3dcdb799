package watch

import (
	"sync"
	"time"

	"github.com/osssync/osssync/apply"
)

// Board holds the [Status] of a running watch: the one place where it is true. It
// is safe for concurrent use.
type Board struct {
	mu       sync.Mutex
	status   Status
	progress map[string]*apply.Progress // of the passes that run, by mapping
	readers  map[chan struct{}]bool
	silent   func(limit time.Duration) string // nil before a watch runs
}

// NewBoard returns a board that shows s.
func NewBoard(s Status) *Board {
	return &Board{status: s.clone(), progress: map[string]*apply.Progress{}, readers: map[chan struct{}]bool{}}
}

// Status returns what is true now, with the progress of what is under way.
func (b *Board) Status() Status {
	hanging := b.Silent()
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.status.clone()
	s.Hanging = hanging
	for i := range s.Mappings {
		if p := b.progress[s.Mappings[i].Name]; p != nil {
			s.Mappings[i].show(p.Snapshot())
		}
	}
	return s
}

func (m *MappingStatus) show(s apply.Snapshot) {
	m.Done, m.Total = Amount(s.Done), Amount(s.Total)
	m.InFlight = nil
	for _, t := range s.Active[:min(len(s.Active), maxInFlight)] {
		m.InFlight = append(m.InFlight, Transfer{Path: visible(t.Path), Done: t.Done, Total: t.Total})
	}
}

// Silent returns a mapping whose goroutine hangs, or "": one that gave no sign of
// life for two minutes, though it does every 30 seconds. Before a watch runs there
// is none.
func (b *Board) Silent() string {
	b.mu.Lock()
	silent := b.silent
	b.mu.Unlock()
	if silent == nil {
		return ""
	}
	return silent(4 * heartbeat)
}

// listen has the board ask silent who hangs.
func (b *Board) listen(silent func(limit time.Duration) string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.silent = silent
}

// Changes returns a channel that holds a token whenever something changed since the
// last was taken, until stop is called. What moves while a transfer is under way is
// no change.
func (b *Board) Changes() (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readers[c] = true
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.readers, c)
	}
}

// update changes the status.
func (b *Board) update(change func(*Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.status)
	for c := range b.readers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// touch notes when the status was looked at, which is no change.
func (b *Board) touch(now time.Time, dropped int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status.Written, b.status.LogDropped = now, dropped
}

// mapping changes the status of one mapping, if it is there.
func (b *Board) mapping(name string, change func(*MappingStatus)) {
	b.update(func(s *Status) {
		for i := range s.Mappings {
			if s.Mappings[i].Name == name {
				change(&s.Mappings[i])
			}
		}
	})
}

// track shows the progress of a pass of a mapping, or of none if p is nil.
func (b *Board) track(name string, p *apply.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p == nil {
		delete(b.progress, name)
		return
	}
	b.progress[name] = p
}

// fail notes trouble. The same again counts.
func (m *MappingStatus) fail(now time.Time, kind, text, hint string) {
	if m.Counts.Faults == nil {
		m.Counts.Faults = map[string]int64{}
	}
	m.Counts.Faults[kind]++
	if n := len(m.Errors); n > 0 && m.Errors[n-1].Error == text {
		m.Errors[n-1].Repeat++
		m.Errors[n-1].Time = now
		return
	}
	m.Errors = keep(m.Errors, Failure{Time: now, Kind: kind, Error: text, Hint: hint}, maxErrors)
}

// be sets the state.
func (m *MappingStatus) be(now time.Time, state State, reason, hint string) {
	if m.State != state {
		m.State, m.Since = state, now
	}
	m.Reason, m.Hint = reason, hint
}
