package watch

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// meter samples what the process uses: the watch, and the store and the churn beside it.
type meter struct {
	every   time.Duration
	next    time.Duration
	samples []usage
}

// usage is one sample. Where there is no /proc, descriptors and resident are 0.
type usage struct {
	goroutines, descriptors int
	heap                    uint64 // bytes of live objects
	resident                uint64 // bytes
}

// meterSamples is how many there are of a churn.
const meterSamples = 24

func newMeter(total time.Duration) *meter { return &meter{every: total / meterSamples} }

// sample takes one if it is due.
func (m *meter) sample(log func(string, ...any), at time.Duration) {
	if at < m.next {
		return
	}
	m.next = at + m.every
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	u := usage{goroutines: runtime.NumGoroutine(), heap: stats.HeapAlloc, resident: resident()}
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil {
		u.descriptors = len(entries)
	}
	m.samples = append(m.samples, u)
	log("%8v  %4d goroutines  %4d descriptors  heap %5.1f MiB  resident %5.1f MiB",
		at.Round(time.Second), u.goroutines, u.descriptors, float64(u.heap)/(1<<20), float64(u.resident)/(1<<20))
}

// resident returns the memory of the process that is in RAM.
func resident() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseUint(strings.Fields(string(text))[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}

// judge wants the last third of the samples to be as the second was, in the middle:
// what the first shows is the growth to 20,000 files.
func (m *meter) judge(t *testing.T) {
	t.Helper()
	third := len(m.samples) / 3
	if third < 3 {
		t.Fatalf("%d samples", len(m.samples))
	}
	before, after := m.samples[third:2*third], m.samples[len(m.samples)-third:]
	for _, c := range []struct {
		what  string
		of    func(usage) uint64
		slack uint64
	}{
		{"goroutines", func(u usage) uint64 { return uint64(u.goroutines) }, 20},
		{"descriptors", func(u usage) uint64 { return uint64(u.descriptors) }, 20},
		{"bytes of heap", func(u usage) uint64 { return u.heap }, 8 << 20},
	} {
		if a, b := middle(before, c.of), middle(after, c.of); b > a+a/10+c.slack {
			t.Errorf("%s grew from %d to %d", c.what, a, b)
		}
	}
}

func middle(samples []usage, of func(usage) uint64) uint64 {
	values := make([]uint64, len(samples))
	for i, u := range samples {
		values[i] = of(u)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
