package ui

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/apply"
)

func TestStatusLine(t *testing.T) {
	tests := []struct {
		name   string
		status Status
		speed  speed
		want   string
	}{
		{"planning", Status{Label: "site", Walked: 12345, Listed: 1, Compared: 2000, Hashed: 3 << 30}, speed{},
			"site: 12,345 files walked, 1 object listed, 2,000 compared, 3.0 GiB read"},
		{"planned", Status{Label: "site", Walked: 2, Listed: 2, Compared: 2, Changes: 1}, speed{},
			"site: 2 files walked, 2 objects listed, 2 compared, 1 to change"},
		{"begun", running(0, 20000, 0, 3<<30), speed{},
			"site: 0 of 20,000 objects, 0 B of 3.0 GiB"},
		{"under way", running(12345, 20000, 1288490188, 3<<30), speed{bytes: 45 << 20, objects: 1000},
			"site: 12,345 of 20,000 objects, 1.2 GiB of 3.0 GiB, 1,000 objects/s, 45 MiB/s, 40s left"},
		{"objects take longer", running(12345, 20000, 1288490188, 3<<30), speed{bytes: 45 << 20, objects: 10},
			"site: 12,345 of 20,000 objects, 1.2 GiB of 3.0 GiB, 10 objects/s, 45 MiB/s, 12m45s left"},
		{"at a time", Status{Label: "site", Planned: true, Concurrency: 12}, speed{},
			"site: 0 of 0 objects, 12 at a time"},
		{"nothing to move", running(1, 3, 0, 0), speed{bytes: 5},
			"site: 1 of 3 objects"},
		{"nothing but deletes", running(100, 300, 0, 0), speed{objects: 50},
			"site: 100 of 300 objects, 50 objects/s, 4s left"},
		{"ended", running(3, 3, 10, 10), speed{bytes: 5},
			"site: 3 of 3 objects, 10 B of 10 B, 5 B/s"},
		{"for ever", running(0, 1, 0, 1<<62), speed{bytes: 1},
			"site: 0 of 1 object, 0 B of 4.0 EiB, 1 B/s, 1000d left"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.status.line(tt.speed)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func running(done, total, doneBytes, totalBytes int64) Status {
	return Status{Label: "site", Planned: true, Run: apply.Snapshot{
		Total: apply.Counts{Actions: total, Bytes: totalBytes},
		Done:  apply.Counts{Actions: done, Bytes: doneBytes},
	}}
}

func TestMeter(t *testing.T) {
	var m meter
	at := func(second int, bytes int64) float64 {
		return m.observe(made.Add(time.Duration(second)*time.Second), bytes)
	}
	steps := []struct {
		second int
		bytes  int64
		want   float64
	}{
		{0, 500, 0},     // one count tells no speed
		{10, 1500, 100}, // the first interval stands for itself
		{20, 2500, 100},
		{20, 9999, 100}, // no time has passed
		{30, 2500, 70},  // a stall lowers it by its weight
		{40, 0, 49},     // a count that fell is no speed below zero
	}
	for _, s := range steps {
		if got := at(s.second, s.bytes); got != s.want {
			t.Errorf("speed at %d s with %d bytes is %v, want %v", s.second, s.bytes, got, s.want)
		}
	}
}

func TestLines(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, w := io.Pipe()
	ticks := make(chan time.Time)
	bytesDone := int64(0)
	var ended sync.WaitGroup
	ended.Go(func() {
		Lines(ctx, w, ticks, func() Status {
			bytesDone += 1 << 20
			return running(1, 2, bytesDone, 10<<20)
		})
		w.Close()
	})
	ended.Go(func() {
		ticks <- made
		ticks <- made.Add(10 * time.Second)
		cancel()
	})
	got, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	ended.Wait()
	want := `
site: 1 of 2 objects, 1.0 MiB of 10 MiB
site: 1 of 2 objects, 2.0 MiB of 10 MiB, 102 KiB/s, 1m20s left
`
	if diff := cmp.Diff(want[1:], string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEvents(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, w := io.Pipe()
	ticks := make(chan time.Time)
	seen := []Status{
		{Label: "site", Walked: 12345, Listed: 3, Compared: 2000, Changes: 7, Hashed: 5},
		running(0, 4, 0, 10<<20),
		running(2, 4, 4<<20, 10<<20),
	}
	seen[2].Concurrency = 12
	var ended sync.WaitGroup
	ended.Go(func() {
		Events(ctx, w, ticks, func() Status {
			s := seen[0]
			seen = seen[1:]
			return s
		})
		w.Close()
	})
	ended.Go(func() {
		for i := range 3 {
			ticks <- made.Add(time.Duration(i) * time.Second)
		}
		cancel()
	})
	got, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	ended.Wait()
	want := `
{"format":1,"op":"progress","about":"site","stage":"planning","walked":12345,"listed":3,"compared":2000,"changes":7,"read":5}
{"format":1,"op":"progress","about":"site","stage":"running","done":0,"total":4,"done_bytes":0,"total_bytes":10485760,"objects_per_second":0,"bytes_per_second":0}
{"format":1,"op":"progress","about":"site","stage":"running","done":2,"total":4,"done_bytes":4194304,"total_bytes":10485760,"objects_per_second":2,"bytes_per_second":4194304,"seconds_left":2,"concurrency":12}
`
	if diff := cmp.Diff(want[1:], string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// lockedBuffer is written by the bars and read by a test.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestBars(t *testing.T) {
	var out lockedBuffer
	ticks, polled := make(chan time.Time), make(chan struct{})
	transfers := []apply.Transfer{{Path: "a\x1b[2J.mp4", Done: 5, Total: 10}, {Path: "b", Total: 1}, {Path: "c"}, {Path: "d"}, {Path: "e"}, {Path: "f"}}
	step := 0
	bars := NewBars(&out, ticks, func() Status {
		s := running(1, 9, 5<<20, 10<<20)
		s.Run.Active = transfers[min(step, len(transfers)):]
		step++
		if step > 1 { // the first poll is that of NewBars itself
			polled <- struct{}{}
		}
		return s
	})
	for i := range len(transfers) + 2 {
		ticks <- made.Add(time.Duration(i) * time.Second)
		<-polled
	}
	if _, err := io.WriteString(bars, "  + done\n"); err != nil {
		t.Fatal(err)
	}
	bars.Close()
	bars.Close()
	if _, err := io.WriteString(bars, "  + later\n"); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{"site: 1 of 9 objects, 5.0 MiB of 10 MiB", "  + done\n", "  + later\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("bars lack %q:\n%q", want, got)
		}
	}
	if strings.Contains(got, "\x1b[2J") {
		t.Errorf("a name drives the terminal: %q", got)
	}
}
