package reconcile

import (
	"context"
	"os"
	"testing"

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
