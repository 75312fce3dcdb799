package ui

import (
	"context"
	"io"
	"math"
	"time"
)

// planningLine and runningLine are progress for programs, with op "progress".
type planningLine struct {
	progressLine
	Walked   int64 `json:"walked"`   // local files
	Listed   int64 `json:"listed"`   // objects
	Compared int64 `json:"compared"` // paths
	Changes  int64 `json:"changes"`  // of those, to be changed
	Read     int64 `json:"read"`     // bytes of local files
}

type runningLine struct {
	progressLine
	Done             int64  `json:"done"` // objects
	Total            int64  `json:"total"`
	DoneBytes        int64  `json:"done_bytes"`
	TotalBytes       int64  `json:"total_bytes"`
	ObjectsPerSecond int64  `json:"objects_per_second"`
	BytesPerSecond   int64  `json:"bytes_per_second"`
	SecondsLeft      *int64 `json:"seconds_left,omitempty"` // rounded up; none while that cannot be told
	Concurrency      int    `json:"concurrency,omitempty"`  // requests at a time
}

type progressLine struct {
	Format int    `json:"format"`
	Op     string `json:"op"`
	About  string `json:"about"` // a mapping, or put or get
	Stage  string `json:"stage"` // planning or running
}

// Events writes one JSON object of progress a line for every tick until ctx ends.
// The ticks carry the time that speeds are counted by.
func Events(ctx context.Context, w io.Writer, ticks <-chan time.Time, poll func() Status) {
	lines := NewJSON(w)
	var m speedometer
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks:
			s := poll()
			// What cannot be written keeps nothing from being done.
			_ = lines.Line(s.event(m.observe(now, &s)))
		}
	}
}

// event is the status as a line of JSON.
func (s *Status) event(v speed) any {
	head := progressLine{Format: Format, Op: "progress", About: s.Label, Stage: "planning"}
	if !s.Planned {
		return planningLine{progressLine: head, Walked: s.Walked, Listed: s.Listed, Compared: s.Compared, Changes: s.Changes, Read: s.Hashed}
	}
	head.Stage = "running"
	line := runningLine{
		progressLine: head,
		Done:         s.Run.Done.Actions, Total: s.Run.Total.Actions,
		DoneBytes: s.Run.Done.Bytes, TotalBytes: s.Run.Total.Bytes,
		ObjectsPerSecond: int64(v.objects), BytesPerSecond: int64(v.bytes), Concurrency: s.Concurrency,
	}
	if left := s.left(v); left > 0 {
		seconds := int64(math.Ceil(left.Seconds()))
		line.SecondsLeft = &seconds
	}
	return line
}
