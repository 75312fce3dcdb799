package reconcile

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
)

var ctx = context.Background()

var site = map[string]string{
	"index.html": "<h1>hello</h1>", "a": "a", "a-b": "a-b", "empty": "", "assets/app.js": "js", "assets/deep/x.css": "css",
	"é/ü.txt": "umlauts", "with space+plus%25.txt": "odd",
}

func TestPush(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.putKey("www2/other", "another prefix")
	w.put(map[string]string{"foreign": "somebody's"})
	w.write(site)

	if n := w.preview(nil).Upload.Objects; n != int64(len(site)) {
		t.Errorf("%d uploads planned, want %d", n, len(site))
	}
	if report := w.apply(); report.Done != int64(len(site)) {
		t.Errorf("%+v", report)
	}
	equal(t, "bucket", with(site, map[string]string{"foreign": "somebody's"}), w.objects())
	w.settled()

	// Without state everything is found equal, by checksums from the listing.
	if err := os.RemoveAll(w.state); err != nil {
		t.Fatal(err)
	}
	w.journal.Reset()
	w.settled()
	if n := w.journal.Count(ossserver.HeadObject); n != 0 {
		t.Errorf("%d HEADs for objects that were put with one request", n)
	}
	w.apply() // writes the rows again

	w.write(map[string]string{"a": "A", "index.html": absent, "new": "new"})
	w.settledAfterApply()
	// The state was lost once, so what is managed is not known any more.
	equal(t, "bucket", with(site, map[string]string{"foreign": "somebody's", "a": "A", "new": "new"}), w.objects())
}

func (w *world) settledAfterApply() {
	w.t.Helper()
	w.apply()
	w.settled()
}

// TestInterruptedApply cancels in the middle: what was done is in the index, and
// is not done again.
func TestInterruptedApply(t *testing.T) {
	w := pushWorld(t, "transfer: {files: 2}")
	files := map[string]string{}
	for n := range 40 {
		files[fmt.Sprint("file", n)] = fmt.Sprint(n)
	}
	w.write(files)
	p, err := w.session().Prepare(ctx, w.mapping(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	seen := 0
	report, err := p.Run(ctx, nil, func(apply.Result) {
		if seen++; seen == 5 {
			cancel()
		}
	})
	if fault.Of(err) != fault.Interrupted || report.Done < 5 || report.Done > 10 || report.Failed > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if rows := w.indexed(); int64(len(rows)) != report.Done {
		t.Errorf("%d rows of %d uploads", len(rows), report.Done)
	}
	// What was stored with its answer lost is found equal; it is not sent again. The
	// server may still be at the two requests that were under way.
	stored := len(w.objects())
	if again, rest := w.apply(), int64(len(files)-stored); again.Done > rest || again.Done < rest-2 {
		t.Errorf("%+v, and %d were stored before", again, stored)
	}
	equal(t, "objects", files, w.objects())
}

// TestI6_GravestErrorIsReported has one file damaged on its way and others refused.
func TestI6_GravestErrorIsReported(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a", "b": "b", "c": "c"})
	var report Report
	var err error
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation != ossserver.PutObject {
			return nil
		}
		if r.Key == testPrefix+"b" {
			return &ossserver.Fault{When: ossserver.AfterCommit, Header: map[string]string{"ETag": `"00000000000000000000000000000000"`}}
		}
		return &ossserver.Fault{Status: 400, Code: "InvalidArgument"}
	}, func() { report, err = w.try(nil, nil) })
	if err != nil || report.Failed != 3 || report.Complete() || fault.Of(report.Worst) != fault.Integrity {
		t.Errorf("%+v, %v", report, err)
	}
	if rows := w.indexed(); len(rows) != 0 {
		t.Errorf("the index has %+v", rows)
	}
}

// M2: a delete counts only if the service says 204. A page of status 200 says
// nothing, and neither does an error in one.
func TestM2_AnswerToDeleteThatIsNone(t *testing.T) {
	for _, body := range []string{"", "<html>log in</html>", "<Error><Code>InternalError</Code></Error>"} {
		w := pushWorld(t, "prune: managed")
		w.write(map[string]string{"a": "a", "b": "b"})
		w.apply()
		w.write(map[string]string{"b": absent})
		w.during(func(r ossserver.Request) *ossserver.Fault {
			if r.Operation == ossserver.DeleteObject {
				return &ossserver.Fault{Status: 200, Body: []byte(body)}
			}
			return nil
		}, func() {
			if report, err := w.try(nil, nil); fault.Of(err) != fault.Remote || report.Done != 0 {
				t.Errorf("%q: %+v, %v", body, report, err)
			}
		})
		w.apply()
		equal(t, "objects", map[string]string{"a": "a"}, w.objects())
	}
}
