package reconcile

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"sync/atomic"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
)

const manyFiles = 500 // in each folder

func manyPath(n int) string { return fmt.Sprintf("folder%03d/file%03d", n/manyFiles, n%manyFiles) }

// manyPage is a page of the listing of very many empty objects, in the words of
// OSS. A bucket that held them would be slower to fill than to test.
func manyPage(marker string) []byte {
	const page = 1000
	first := sort.Search(manyFolders*manyFiles, func(n int) bool { return testPrefix+manyPath(n) > marker })
	last := min(first+page, manyFolders*manyFiles)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>%s</Name><Prefix>%s</Prefix><MaxKeys>%d</MaxKeys>`+
		`<Delimiter></Delimiter><EncodingType>url</EncodingType><Marker>%s</Marker>`, testBucket, escapedPrefix, page, url.QueryEscape(marker))
	if last < manyFolders*manyFiles {
		fmt.Fprintf(&b, "<NextMarker>%s</NextMarker>", url.QueryEscape(testPrefix+manyPath(last-1)))
	}
	fmt.Fprintf(&b, "<IsTruncated>%v</IsTruncated>", last < manyFolders*manyFiles)
	for n := first; n < last; n++ {
		fmt.Fprintf(&b, `<Contents><Key>%s</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified>`+
			`<ETag>"D41D8CD98F00B204E9800998ECF8427E"</ETag><Type>Normal</Type><Size>0</Size><StorageClass>Standard</StorageClass></Contents>`,
			url.QueryEscape(testPrefix+manyPath(n)))
	}
	b.WriteString("</ListBucketResult>")
	return b.Bytes()
}

var escapedPrefix = url.QueryEscape(testPrefix)

// plantMany makes the tree that manyPage is the listing of.
func plantMany(t testing.TB, w *world) {
	t.Helper()
	empty := filepath.Join(w.dir, "empty")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for n := range manyFolders * manyFiles {
		name := filepath.Join(w.tree, manyPath(n))
		if n%manyFiles == 0 {
			if err := os.Mkdir(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Link(empty, name); err != nil { // which takes less time than a file
			t.Fatal(err)
		}
	}
}

// TestR1_Memory plans very many small objects against as many files, first without
// an index, so that each file is read, and then with one. Either time the listing
// knows where to read ahead, and takes no more requests than pages.
func TestR1_Memory(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	plantMany(t, w)
	var pages *meeting
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation != ossserver.ListObjects {
			return nil
		}
		if !pages.arrive() {
			t.Error("pages are asked for one after the other")
		}
		return &ossserver.Fault{Status: 200, Body: manyPage(r.Query.Get("marker")), Header: map[string]string{"Content-Type": "application/xml"}}
	}, func() {
		for _, what := range []string{"a plan that reads every file and notes it", "a plan with the index"} {
			pages = &meeting{both: make(chan struct{})}
			grown := watchHeap(func() {
				p, err := w.session().Prepare(ctx, w.mapping(), nil)
				if err != nil {
					t.Fatal(err)
				}
				s := p.Section.Summary
				if s.LocalFiles != manyFolders*manyFiles || s.RemoteObjects != s.LocalFiles || s.Unchanged != s.LocalFiles {
					t.Errorf("%s: %+v", what, s)
				}
				if _, err := p.Run(ctx, nil, nil); err != nil {
					t.Error(err)
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			})
			t.Logf("%s: the heap grew by %d KiB", what, grown>>10)
			if serial := int64(manyFolders*manyFiles+999) / 1000; pages.arrived.Load() != serial {
				t.Errorf("%s: %d pages asked for, want %d", what, pages.arrived.Load(), serial)
			}
			if grown > 40<<20 {
				t.Errorf("%s: the heap grew by %d bytes", what, grown)
			}
		}
	})
}

// meeting is where the fifth request waits for the sixth.
type meeting struct {
	arrived atomic.Int64
	both    chan struct{}
}

func (m *meeting) arrive() (met bool) {
	switch m.arrived.Add(1) {
	case 5:
		select {
		case <-m.both:
		case <-time.After(time.Minute):
			return false
		}
	case 6:
		close(m.both)
	}
	return true
}

// watchHeap returns by how much the live heap has grown at most while f ran.
func watchHeap(f func()) uint64 {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := heap(), uint64(0)
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
				most = max(most, heap())
			}
		}
	}()
	f()
	close(done)
	<-watched
	return max(most, before) - before
}
