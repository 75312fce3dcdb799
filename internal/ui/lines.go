package ui

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Lines writes one line of progress for every tick until ctx ends. It is for
// outputs that are no terminal, where a line every ten seconds is enough. The
// ticks carry the time that speeds are counted by.
func Lines(ctx context.Context, w io.Writer, ticks <-chan time.Time, poll func() Status) {
	var m speedometer
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks:
			s := poll()
			fmt.Fprintf(w, "%s\n", s.line(m.observe(now, &s)))
		}
	}
}
