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
	Hashed   int64 // bytes of local files read

	Run apply.Snapshot
}

// line tells the status in one line, with the speed in bytes a second.
func (s *Status) line(speed float64) string {
	if !s.Planned {
		return s.planning()
	}
	parts := []string{fmt.Sprintf("%s of %s", Number(s.Run.Done.Actions), Count(s.Run.Total.Actions, "object"))}
	if s.Run.Total.Bytes > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s", Bytes(s.Run.Done.Bytes), Bytes(s.Run.Total.Bytes)))
		if speed >= 1 {
			parts = append(parts, Bytes(int64(speed))+"/s")
			if left := s.left(speed); left > 0 {
				parts = append(parts, Age(left)+" left")
			}
		}
	}
	return s.Label + ": " + strings.Join(parts, ", ")
}

func (s *Status) planning() string {
	parts := []string{Count(s.Walked, "file") + " walked", Count(s.Listed, "object") + " listed", Number(s.Compared) + " compared"}
	if s.Hashed > 0 {
		parts = append(parts, Bytes(s.Hashed)+" read")
	}
	return s.Label + ": " + strings.Join(parts, ", ")
}

// left is how long the rest takes at a speed.
func (s *Status) left(speed float64) time.Duration {
	seconds := float64(max(s.Run.Total.Bytes-s.Run.Done.Bytes, 0)) / speed
	const most = 1000 * 24 * time.Hour // beyond that the number means nothing
	return time.Duration(min(seconds, most.Seconds()) * float64(time.Second))
}

// meter estimates a speed from counts seen at different times. Its zero value is
// ready.
type meter struct {
	at    time.Time
	bytes int64
	speed float64 // bytes a second
}

// weight is the share of the newest interval in the speed: high enough to follow
// a link that slows down, low enough for a steady number.
const weight = 0.3

// observe takes a count and returns the speed so far.
func (m *meter) observe(now time.Time, bytes int64) float64 {
	seconds := now.Sub(m.at).Seconds()
	switch {
	case m.at.IsZero():
	case seconds <= 0:
		return m.speed
	case m.speed == 0:
		m.speed = float64(max(bytes-m.bytes, 0)) / seconds
	default:
		m.speed += weight * (float64(max(bytes-m.bytes, 0))/seconds - m.speed)
	}
	m.at, m.bytes = now, bytes
	return m.speed
}
