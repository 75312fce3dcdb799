package index_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/osssync/osssync/internal/index"
)

// batch is the number of rows that a run writes at a time.
const batch = 1000

func fill(b *testing.B, x *index.Index, first, n int) {
	changes := make([]index.Change, 0, batch)
	for i := range n {
		p := fmt.Sprintf("assets/folder%03d/file%08d.html", (first+i)/1000, first+i)
		changes = append(changes, index.Change{Path: p, Row: row(p)})
		if len(changes) == batch || i == n-1 {
			if err := x.Write(changes); err != nil {
				b.Fatal(err)
			}
			changes = changes[:0]
		}
	}
}

func BenchmarkRows(b *testing.B) {
	const n = 100_000
	x := create(b, filepath.Join(b.TempDir(), "index.db"))
	fill(b, x, 0, n)
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		for _, err := range x.Rows() {
			if err != nil {
				b.Fatal(err)
			}
			rows++
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite(b *testing.B) {
	x := create(b, filepath.Join(b.TempDir(), "index.db"))
	rows := 0
	for b.Loop() {
		fill(b, x, rows, batch)
		rows += batch
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
