package ui

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/osssync/osssync/apply"
)

// maxBars is how many transfers have a bar of their own: more would push what
// was printed before off the screen.
const maxBars = 4

// nameColumns is the width of a name beside a bar.
const nameColumns = 32

// refresh is how often bars are drawn.
const refresh = 100 * time.Millisecond

// Bars draws progress at the bottom of a terminal: a line for the whole and a bar
// for each of some transfers under way. What is written to it stands above them.
// It is safe for concurrent use.
type Bars struct {
	out  io.Writer
	mpb  *mpb.Progress
	stop chan struct{}
	done sync.WaitGroup

	line atomic.Value // string: the line for the whole
}

// NewBars starts drawing to out. At every tick the bars are set to what poll
// tells; the ticks carry the time that speeds are counted by. Close ends it.
func NewBars(out io.Writer, ticks <-chan time.Time, poll func() Status) *Bars {
	b := &Bars{
		out:  out,
		mpb:  mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh(), mpb.WithRefreshRate(refresh)),
		stop: make(chan struct{}),
	}
	first := poll()
	b.line.Store(first.line(speed{}))
	b.done.Go(func() { b.draw(ticks, poll) })
	return b
}

// Write writes above the bars, or plainly once they are gone.
func (b *Bars) Write(p []byte) (int, error) {
	n, err := b.mpb.Write(p)
	if err == mpb.ErrDone {
		return b.out.Write(p)
	}
	return n, err
}

// Close takes the bars off the screen. Only the first call has an effect.
func (b *Bars) Close() {
	select {
	case <-b.stop:
	default:
		close(b.stop)
	}
	b.done.Wait()
}

func (b *Bars) draw(ticks <-chan time.Time, poll func() Status) {
	whole := b.mpb.New(0, mpb.NopStyle(), mpb.BarPriority(0), mpb.PrependDecorators(
		decor.Any(func(decor.Statistics) string { return b.line.Load().(string) })))
	active := map[string]*mpb.Bar{}
	var m speedometer
	for {
		select {
		case <-b.stop:
			for _, bar := range active {
				bar.Abort(true)
			}
			whole.Abort(true)
			b.mpb.Wait()
			return
		case now := <-ticks:
			s := poll()
			b.line.Store(s.line(m.observe(now, &s)))
			b.follow(active, s.Run.Active)
		}
	}
}

// follow makes the bars those of the transfers under way.
func (b *Bars) follow(active map[string]*mpb.Bar, transfers []apply.Transfer) {
	now := map[string]bool{}
	for _, t := range transfers {
		now[t.Path] = true
	}
	for path, bar := range active {
		if !now[path] {
			bar.Abort(true)
			delete(active, path)
		}
	}
	for _, t := range transfers {
		bar := active[t.Path]
		if bar == nil && len(active) < maxBars {
			bar = b.bar(t)
			active[t.Path] = bar
		}
		if bar != nil {
			bar.SetCurrent(min(t.Done, t.Total))
		}
	}
}

// bar makes the bar of a transfer. Its end shows by the transfer being gone, so
// its total is one above what it will reach.
func (b *Bars) bar(t apply.Transfer) *mpb.Bar {
	name := runewidth.FillRight(runewidth.Truncate(Name(t.Path), nameColumns, "…"), nameColumns)
	size := "  " + Bytes(t.Total)
	return b.mpb.New(t.Total+1, mpb.BarStyle(), mpb.BarPriority(1),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return "  " + name + " " })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return size })))
}
