package reconcile

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/osssync/osssync/internal/ossserver"
)

// BenchmarkPlanUnchanged makes the plan of a tree and a bucket that are equal, with
// the index and without, when each file is read. With -cpuprofile or -memprofile it
// tells where the time or memory of such a run goes.
func BenchmarkPlanUnchanged(b *testing.B) {
	const files = manyFolders * manyFiles
	w := newWorld(b, b.TempDir(), "to", "", 1)
	b.Cleanup(w.close)
	plantMany(b, w)
	var pages sync.Map // by marker: what the service's own work is does not count
	page := func(r ossserver.Request) *ossserver.Fault {
		if r.Operation != ossserver.ListObjects {
			return nil
		}
		marker := r.Query.Get("marker")
		body, made := pages.Load(marker)
		if !made {
			body, _ = pages.LoadOrStore(marker, manyPage(marker))
		}
		return &ossserver.Fault{Status: 200, Body: body.([]byte), Header: map[string]string{"Content-Type": "application/xml"}}
	}
	w.during(page, func() {
		for _, known := range []bool{true, false} {
			b.Run(fmt.Sprintf("index=%v", known), func(b *testing.B) {
				if known {
					w.apply()
				} else if err := os.RemoveAll(w.state); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					p, err := w.session().Preview(ctx, w.mapping())
					if err != nil {
						b.Fatal(err)
					}
					if n := p.Section.Summary.Unchanged; n != files {
						b.Fatalf("%d files unchanged", n)
					}
					if err := p.Close(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/files, "ns/file")
			})
		}
	})
}
