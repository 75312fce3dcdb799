package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/osssync/osssync/apply"
)

// Status is what progress shows of one mapping or transfer at one moment.
type Status struct {
	Label string // what it is about; a name of the house, not one from outside

	// Until Planned is set, what planning has seen.
	Planned  bool
	Walked   int64 // local files
	Listed   int64 // objects
	Compared int64 // paths decided
	Changes  int64 // of those, how many are to be changed
	Hashed   int64 // bytes of local files read

	Run         apply.Snapshot
	Concurrency int // requests that may be under way at a time; 0: not told
}

// line tells the status in one line.
func (s *Status) line(v speed) string {
	if !s.Planned {
		return s.planning()
	}
	parts := []string{fmt.Sprintf("%s of %s", Number(s.Run.Done.Actions), Count(s.Run.Total.Actions, "object"))}
	if s.Run.Total.Bytes > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s", Bytes(s.Run.Done.Bytes), Bytes(s.Run.Total.Bytes)))
	}
	if v.objects >= 1 {
		parts = append(parts, Number(int64(v.objects))+" objects/s")
	}
	if v.bytes >= 1 && s.Run.Total.Bytes > 0 {
		parts = append(parts, Bytes(int64(v.bytes))+"/s")
	}
	if s.Concurrency > 0 {
		parts = append(parts, Number(int64(s.Concurrency))+" at a time")
	}
	if left := s.left(v); left > 0 {
		parts = append(parts, Age(left)+" left")
	}
	return s.Label + ": " + strings.Join(parts, ", ")
}

func (s *Status) planning() string {
	parts := []string{Count(s.Walked, "file") + " walked", Count(s.Listed, "object") + " listed", Number(s.Compared) + " compared"}
	if s.Changes > 0 {
		parts = append(parts, Number(s.Changes)+" to change")
	}
	if s.Hashed > 0 {
		parts = append(parts, Bytes(s.Hashed)+" read")
	}
	return s.Label + ": " + strings.Join(parts, ", ")
}

// left is how long the rest takes at a speed, be it the objects or the bytes that
// take longer; 0 while that cannot be told.
func (s *Status) left(v speed) time.Duration {
	seconds := 0.0
	rest := func(total, done int64, speed float64) {
		if total > done && speed > 0 {
			seconds = max(seconds, float64(total-done)/speed)
		}
	}
	rest(s.Run.Total.Bytes, s.Run.Done.Bytes, v.bytes)
	rest(s.Run.Total.Actions, s.Run.Done.Actions, v.objects)
	const most = 1000 * 24 * time.Hour // beyond that the number means nothing
	return time.Duration(min(seconds, most.Seconds()) * float64(time.Second))
}

// speed is how fast a run goes.
type speed struct{ bytes, objects float64 } // a second

// speedometer estimates the speed of a run. Its zero value is ready.
type speedometer struct{ bytes, objects meter }

func (m *speedometer) observe(now time.Time, s *Status) speed {
	return speed{bytes: m.bytes.observe(now, s.Run.Done.Bytes), objects: m.objects.observe(now, s.Run.Done.Actions)}
}

// meter estimates a speed from counts seen at different times. Its zero value is
// ready.
type meter struct {
	at    time.Time
	count int64
	speed float64 // a second
}

// weight is the share of the newest interval in the speed: high enough to follow
// a link that slows down, low enough for a steady number.
const weight = 0.3

// observe takes a count and returns the speed so far.
func (m *meter) observe(now time.Time, count int64) float64 {
	seconds := now.Sub(m.at).Seconds()
	switch {
	case m.at.IsZero():
	case seconds <= 0:
		return m.speed
	case m.speed == 0:
		m.speed = float64(max(count-m.count, 0)) / seconds
	default:
		m.speed += weight * (float64(max(count-m.count, 0))/seconds - m.speed)
	}
	m.at, m.count = now, count
	return m.speed
}
