package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/iter"
)

func TestPreviewChangesNothing(t *testing.T) {
	for _, c := range []struct {
		direction string
		prepare   func(w *world)
	}{
		{"to", func(w *world) { w.write(map[string]string{"a": "A", "b": absent, "new": large}) }},
		{"from", func(w *world) { w.put(map[string]string{"a": "A", "b": absent, "new": large}) }},
	} {
		t.Run(c.direction, func(t *testing.T) {
			w := newWorld(t, t.TempDir(), c.direction, "prune: all", 1)
			defer w.close()
			first := map[string]string{"a": "a", "b": "b", "c": "c"}
			if c.direction == "to" {
				w.write(first)
			} else {
				w.put(first)
			}
			w.apply()
			c.prepare(w)
			state, bucket, files := w.stateFiles(), w.bucket(), w.files()
			w.journal.Reset()
			w.preview(func(p *Plan) {
				if n := p.Section.Summary.Changes(); n != 3 {
					t.Errorf("%d changes: %q", n, rows(t, p))
				}
				if _, err := p.Run(ctx, nil, nil); !errors.Is(err, errNotPrepared) {
					t.Errorf("a preview was run: %v", err)
				}
			})
			if changes := w.writing(); len(changes) > 0 {
				t.Errorf("requests that change something: %q", changes)
			}
			equal(t, "state", state, w.stateFiles())
			equal(t, "bucket", bucket, w.bucket())
			equal(t, "tree", files, w.files())
		})
	}
}

func TestRowsOfAPlan(t *testing.T) {
	w := pushWorld(t, "prune: managed\nexclude: [\"*.tmp\"]")
	w.write(map[string]string{"same": "s", "size": "1", "content": "one", "gone": "g", "x.tmp": "t"})
	w.apply()
	w.put(map[string]string{"foreign": "f", "y.tmp": "t", "a//b": "refused"})
	w.write(map[string]string{"size": "12", "content": "two", "gone": absent, "new": "n"})
	name := filepath.Join(w.tree, "content")
	info, err := os.Stat(filepath.Join(w.tree, "same"))
	if err == nil {
		err = os.Chtimes(name, info.ModTime(), info.ModTime()) // the ctime tells
	}
	if err != nil {
		t.Fatal(err)
	}
	s := w.preview(func(p *Plan) {
		got := rows(t, p)
		got = slices.DeleteFunc(got, func(row string) bool { return strings.HasPrefix(row, "record ") })
		want := []string{"conflict a//b", "upload content", "delete gone", "upload new", "upload size"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
	if s.Unchanged != 1 || s.Extra != 1 || s.LocalFiles != 4 {
		t.Errorf("%+v", s)
	}
	if w.scan.Walked.Load() == 0 || w.scan.Listed.Load() == 0 || w.scan.Compared.Load() == 0 || w.scan.Changes.Load() != 4+4 || w.scan.Hashed.Load() == 0 {
		t.Errorf("scan: %+v", w.scan)
	}
}

// TestListingsThatAreNone has one after another of the requests of a plan
// answered with something that is no listing: nothing may be planned from it.
func TestD2_ListingsThatAreNone(t *testing.T) {
	xml := func(body string) *ossserver.Fault {
		return &ossserver.Fault{Status: 200, Body: []byte(body), Header: map[string]string{"Content-Type": "application/xml"}}
	}
	for name, answer := range map[string]*ossserver.Fault{
		"page of a proxy": {Status: 200, Body: []byte("<html><body>Log in</body></html>"), Header: map[string]string{"Content-Type": "text/html"}},
		"empty answer":    {Status: 200, Body: []byte{}},
		"another bucket": xml(`<?xml version="1.0"?><ListBucketResult><Name>other</Name><Prefix>www/</Prefix><MaxKeys>1000</MaxKeys>` +
			`<KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>`),
		"an error with status 200": xml(`<?xml version="1.0"?><Error><Code>InternalError</Code></Error>`),
	} {
		for _, op := range []ossserver.Operation{ossserver.ListObjects, ossserver.ListMultipartUploads} {
			t.Run(fmt.Sprint(name, " to ", op), func(t *testing.T) {
				w := pushWorld(t, "prune: all")
				w.write(map[string]string{"a": "a", "b": "b"})
				w.apply()
				w.write(map[string]string{"a": absent})
				state := w.stateFiles()
				w.journal.Reset()
				var err error
				w.during(func(r ossserver.Request) *ossserver.Fault {
					if r.Operation == op {
						return answer
					}
					return nil
				}, func() { _, err = w.try(nil, nil) })
				if !errors.Is(err, iter.ErrNotListing) || fault.Of(err) != fault.Remote {
					t.Errorf("%v", err)
				}
				if changes := w.writing(); len(changes) > 0 {
					t.Errorf("changed: %q", changes)
				}
				after := w.stateFiles()
				for _, m := range []map[string]string{state, after} {
					maps.DeleteFunc(m, func(name, _ string) bool { return filepath.Base(name) == lockFile || filepath.Base(name) == holderFile })
				}
				equal(t, "state", state, after)
			})
		}
	}
}

func TestD13_TroubleOfTheService(t *testing.T) {
	for name, c := range map[string]struct {
		fault ossserver.Fault
		kind  fault.Kind
	}{
		"no bucket": {ossserver.Fault{Status: 404, Code: "NoSuchBucket"}, fault.NoBucket},
		"denied":    {ossserver.Fault{Status: 403, Code: "SignatureDoesNotMatch"}, fault.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			w := pullWorld(t, "prune: all")
			w.put(map[string]string{"a": "a"})
			w.apply()
			w.during(func(ossserver.Request) *ossserver.Fault { return &c.fault }, func() {
				if _, err := w.try(nil, nil); fault.Of(err) != c.kind {
					t.Errorf("%v", err)
				}
			})
			equal(t, "D13 tree", map[string]string{"a": "a"}, w.files())
		})
	}
}

// TestCancelWhilePlanning cancels while one request after another is stalled.
func TestCancelWhilePlanning(t *testing.T) {
	for _, op := range []ossserver.Operation{ossserver.ListMultipartUploads, ossserver.ListObjects, ossserver.HeadObject} {
		t.Run(string(op), func(t *testing.T) {
			w := pushWorld(t, "transfer: {threshold: 100KiB, partSize: 100KiB}")
			w.write(map[string]string{"large": large})
			w.apply()
			if err := os.RemoveAll(w.state); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(ctx)
			w.during(func(r ossserver.Request) *ossserver.Fault {
				if r.Operation != op {
					return nil
				}
				cancel()
				return &ossserver.Fault{Wait: make(chan struct{})}
			}, func() {
				if _, err := w.session().Prepare(ctx, w.mapping(), nil); fault.Of(err) != fault.Interrupted {
					t.Errorf("%v", err)
				}
			})
			w.settled()
		})
	}
}

// TestI5_Deep compares an object that the service has no checksum of.
func TestI5_Deep(t *testing.T) {
	w := pushWorld(t, "transfer: {threshold: 100KiB, partSize: 100KiB}")
	w.write(map[string]string{"large": large})
	w.apply()
	if err := os.RemoveAll(w.state); err != nil {
		t.Fatal(err)
	}
	noCRC := func(ossserver.Request) *ossserver.Fault {
		return &ossserver.Fault{When: ossserver.AfterCommit, Header: map[string]string{"x-oss-hash-crc64ecma": ""}}
	}
	conflicts := func(want int64, what string) {
		t.Helper()
		w.during(noCRC, func() {
			w.journal.Reset()
			if s := w.preview(nil); s.Conflicts != want || s.Changes() != 0 {
				t.Errorf("%s: %+v", what, s)
			}
		})
	}
	conflicts(1, "without checksum")
	if n := w.journal.Count(ossserver.GetObject); n != 0 {
		t.Errorf("%d bodies were read unasked", n)
	}
	w.deep = true
	conflicts(0, "deep")
	if n := w.journal.Count(ossserver.GetObject); n != 1 {
		t.Errorf("%d bodies were read", n)
	}
	other := []byte(large)
	other[len(other)/2]++
	w.write(map[string]string{"large": string(other)})
	w.during(noCRC, func() {
		if s := w.preview(nil); s.Upload.Objects != 1 {
			t.Errorf("other content: %+v", s)
		}
	})
}
