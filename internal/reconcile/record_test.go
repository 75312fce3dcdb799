package reconcile

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/ossserver"
)

// TestS2_OnlyWhatWasAnsweredIsRecorded fails one upload in several ways: its row
// must not say that it is synced, or it would never be uploaded again.
func TestS2_OnlyWhatWasAnsweredIsRecorded(t *testing.T) {
	for name, f := range map[string]ossserver.Fault{
		"refused":          {Status: 400, Code: "InvalidArgument"},
		"lost on the way":  {Drop: true},
		"answer of others": {Status: 200, Body: []byte("<html>log in</html>"), Header: map[string]string{"Content-Type": "text/html"}},
		"wrong checksum":   {When: ossserver.AfterCommit, Header: map[string]string{"ETag": `"00000000000000000000000000000000"`}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, t.TempDir(), "to", "", 1)
			t.Cleanup(w.close)
			w.write(map[string]string{"a": "a", "b": "b"})
			w.during(func(r ossserver.Request) *ossserver.Fault {
				if strings.HasSuffix(r.Key, "b") && r.Operation != ossserver.ListObjectsV2 {
					return &f
				}
				return nil
			}, func() {
				if report, err := w.try(nil, nil); err == nil && report.Complete() {
					t.Errorf("complete: %+v", report)
				}
			})
			if row, there := w.indexed()["b"]; there {
				t.Errorf("recorded: %+v", row)
			}
			w.apply()
			equal(t, "objects", map[string]string{"a": "a", "b": "b"}, w.objects())
			w.settled()
		})
	}
}

// TestS3_ContentWithoutRecordIsAdopted has a state that lost its records: what is
// equal is recorded again and not sent again, small and large.
func TestS3_ContentWithoutRecordIsAdopted(t *testing.T) {
	w := pushWorld(t, "transfer: {threshold: 100KiB, partSize: 100KiB}")
	files := map[string]string{"a": "a", "large": large}
	w.write(files)
	w.apply()
	before := w.indexed()
	if err := os.RemoveAll(w.state); err != nil {
		t.Fatal(err)
	}
	w.journal.Reset()
	w.apply()
	if got := w.writing(); len(got) > 0 {
		t.Errorf("sent again: %q", got)
	}
	if after := w.indexed(); !slices.Equal(slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before))) {
		t.Errorf("rows %+v, before %+v", after, before)
	}
}

// TestS13_StateIsBounded damages, breaks off and plans again and again: the state
// folder holds as much after many rounds as after few.
func TestS13_StateIsBounded(t *testing.T) {
	w := pushWorld(t, "transfer: {threshold: 100KiB, partSize: 100KiB, files: 1, parts: 1}")
	w.write(map[string]string{"a": "a", "large": large})
	round := func() int {
		w.breakOff(t)
		w.preview(nil)
		if err := os.WriteFile(w.stateFile(indexFile), []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		w.apply()
		w.put(map[string]string{"large": absent}) // for the next round
		files := 0
		err := filepath.WalkDir(w.state, func(_ string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				files++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	want := round()
	for range 4 {
		if got := round(); got != want {
			t.Errorf("%d files of state, %d after the first round", got, want)
		}
	}
}
