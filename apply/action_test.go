package apply_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
)

var html = map[string]string{"Content-Type": "text/html", "Cache-Control": "no-cache"}

// old is a time at which nothing of a test happens.
var old = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// TestD18_D26_Actions runs each type of action, first as planned and then with each of
// its expectations broken: nothing may be touched then.
func TestD18_D26_Actions(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(b *bench) plan.Action

		outcome apply.Outcome
		object  string // at the end
		file    string
		says    string // part of the error
	}{
		{"upload of a new object", func(b *bench) plan.Action {
			return &plan.Upload{Path: "p", Reason: plan.ReasonNew, Local: b.write("p", "new"), Headers: html}
		}, apply.Done, "new", "new", ""},
		{"upload over an object", func(b *bench) plan.Action {
			before := b.put("p", "before")
			return &plan.Upload{Path: "p", Reason: plan.ReasonSizeDiffers, Local: b.write("p", "new"), Before: &before, Headers: html}
		}, apply.Done, "new", "new", ""},
		{"upload of an edited file", func(b *bench) plan.Action {
			a := &plan.Upload{Path: "p", Reason: plan.ReasonNew, Local: b.write("p", "new"), Headers: html}
			b.write("p", "newer")
			return a
		}, apply.Skipped, absent, "newer", "changed"},
		{"upload of a file that is gone", func(b *bench) plan.Action {
			a := &plan.Upload{Path: "p", Reason: plan.ReasonNew, Local: b.write("p", "new"), Headers: html}
			os.Remove(filepath.Join(b.tree, "p"))
			return a
		}, apply.Skipped, absent, absent, "changed"},
		{"upload where an object appeared", func(b *bench) plan.Action {
			b.put("p", "theirs")
			return &plan.Upload{Path: "p", Reason: plan.ReasonNew, Local: b.write("p", "new"), Headers: html}
		}, apply.Skipped, "theirs", "new", "another writer"},
		{"upload where an object of equal size appeared", func(b *bench) plan.Action {
			b.put("p", "own")
			return &plan.Upload{Path: "p", Reason: plan.ReasonNew, Local: b.write("p", "new"), Headers: html}
		}, apply.Skipped, "own", "new", "another writer"},
		{"upload where an equal object appeared", func(b *bench) plan.Action {
			b.put("p", "new")
			return &plan.Upload{Path: "p", Reason: plan.ReasonNew, Local: b.write("p", "new"), Headers: html}
		}, apply.Done, "new", "new", ""},
		{"upload over an object that was replaced", func(b *bench) plan.Action {
			before := b.put("p", "before")
			b.put("p", "theirs")
			return &plan.Upload{Path: "p", Reason: plan.ReasonSizeDiffers, Local: b.write("p", "new"), Before: &before, Headers: html}
		}, apply.Skipped, "theirs", "new", "replaced"},
		{"upload over an object that is gone", func(b *bench) plan.Action {
			before := b.put("p", "before")
			b.remove("p")
			return &plan.Upload{Path: "p", Reason: plan.ReasonSizeDiffers, Local: b.write("p", "new"), Before: &before, Headers: html}
		}, apply.Skipped, absent, "new", "gone"},

		{"download of a new file", func(b *bench) plan.Action {
			return &plan.Download{Path: "d/p", Reason: plan.ReasonNew, Remote: b.put("d/p", "object")}
		}, apply.Done, "object", "object", ""},
		{"download over a file", func(b *bench) plan.Action {
			before := b.write("p", "mine")
			return &plan.Download{Path: "p", Reason: plan.ReasonSizeDiffers, Remote: b.put("p", "object"), Before: &before}
		}, apply.Done, "object", "object", ""},
		{"download where a file appeared", func(b *bench) plan.Action {
			b.write("p", "mine")
			return &plan.Download{Path: "p", Reason: plan.ReasonNew, Remote: b.put("p", "object")}
		}, apply.Skipped, "object", "mine", "kept"},
		{"download over an edited file", func(b *bench) plan.Action {
			before := b.write("p", "mine")
			b.write("p", "my edit")
			return &plan.Download{Path: "p", Reason: plan.ReasonSizeDiffers, Remote: b.put("p", "object"), Before: &before}
		}, apply.Skipped, "object", "my edit", "kept"},
		{"download over a file that is gone", func(b *bench) plan.Action {
			before := b.write("p", "mine")
			os.Remove(filepath.Join(b.tree, "p"))
			return &plan.Download{Path: "p", Reason: plan.ReasonSizeDiffers, Remote: b.put("p", "object"), Before: &before}
		}, apply.Skipped, "object", absent, "kept"},
		{"download of an object that was replaced", func(b *bench) plan.Action {
			a := &plan.Download{Path: "p", Reason: plan.ReasonNew, Remote: b.put("p", "object")}
			b.put("p", "another")
			return a
		}, apply.Skipped, "another", absent, "object changed"},
		{"download of an object that is gone", func(b *bench) plan.Action {
			a := &plan.Download{Path: "p", Reason: plan.ReasonNew, Remote: b.put("p", "object")}
			b.remove("p")
			return a
		}, apply.Skipped, absent, absent, "gone"},
		{"download below a link", func(b *bench) plan.Action {
			outside := b.t.TempDir()
			if err := os.Symlink(outside, filepath.Join(b.tree, "d")); err != nil {
				b.t.Fatal(err)
			}
			return &plan.Download{Path: "d/p", Reason: plan.ReasonNew, Remote: b.put("d/p", "object")}
		}, apply.Failed, "object", absent, "symbolic link"},
		{"L5 download over a file that is edited meanwhile", func(b *bench) plan.Action {
			before := b.write("p", "mine")
			a := &plan.Download{Path: "p", Reason: plan.ReasonSizeDiffers, Remote: b.put("p", "object"), Before: &before}
			b.when(ossserver.GetObject, func() { b.write("p", "my edit") })
			return a
		}, apply.Skipped, "object", "my edit", "kept"},
		{"L5 download where a file appears meanwhile", func(b *bench) plan.Action {
			a := &plan.Download{Path: "p", Reason: plan.ReasonNew, Remote: b.put("p", "object")}
			b.when(ossserver.GetObject, func() { b.write("p", "mine") })
			return a
		}, apply.Skipped, "object", "mine", "kept"},
		{"P1 upload of a file that is edited meanwhile", func(b *bench) plan.Action {
			a := &plan.Upload{Path: "p", Reason: plan.ReasonNew, Local: b.write("p", "new"), Headers: html}
			b.when(ossserver.PutObject, func() { b.write("p", "newer") })
			return a
		}, apply.Skipped, "new", "newer", "source changed"},

		{"headers", func(b *bench) plan.Action {
			local := b.write("p", "same")
			return &plan.SetMeta{Path: "p", Reason: plan.ReasonHeadersDiffer, Remote: b.put("p", "same"), Local: local, Headers: html}
		}, apply.Done, "same", "same", ""},
		{"headers of an object that was replaced", func(b *bench) plan.Action {
			local := b.write("p", "same")
			a := &plan.SetMeta{Path: "p", Reason: plan.ReasonHeadersDiffer, Remote: b.put("p", "same"), Local: local, Headers: html}
			b.put("p", "theirs")
			return a
		}, apply.Skipped, "theirs", "same", "replaced since"},
		{"headers of an object that is gone", func(b *bench) plan.Action {
			local := b.write("p", "same")
			a := &plan.SetMeta{Path: "p", Reason: plan.ReasonHeadersDiffer, Remote: b.put("p", "same"), Local: local, Headers: html}
			b.remove("p")
			return a
		}, apply.Skipped, absent, "same", "gone"},
		{"headers of an object whose checksum is not the file's", func(b *bench) plan.Action {
			local := b.write("p", "same")
			return &plan.SetMeta{Path: "p", Reason: plan.ReasonHeadersDiffer, Remote: b.put("p", "same"), Local: local,
				Sums: plan.Sums{CRC64: "1"}, Headers: html}
		}, apply.Failed, "same", "same", "CRC-64 mismatch"},

		{"D18 delete of an object whose file came back", func(b *bench) plan.Action {
			a := &plan.DeleteRemote{Path: "p", Reason: plan.ReasonGone, Before: b.put("p", "object")}
			b.when(ossserver.HeadObject, func() { b.write("p", "back") })
			return a
		}, apply.Skipped, "object", "back", "came back"},
		{"delete of an object", func(b *bench) plan.Action {
			return &plan.DeleteRemote{Path: "p", Reason: plan.ReasonGone, Before: b.put("p", "object")}
		}, apply.Done, absent, absent, ""},
		{"delete of an object that is gone", func(b *bench) plan.Action {
			a := &plan.DeleteRemote{Path: "p", Reason: plan.ReasonGone, Before: b.put("p", "object")}
			b.remove("p")
			return a
		}, apply.Done, absent, absent, ""},
		{"D18 delete of an object that was replaced", func(b *bench) plan.Action {
			a := &plan.DeleteRemote{Path: "p", Reason: plan.ReasonGone, Before: b.put("p", "object")}
			b.put("p", "theirs")
			return a
		}, apply.Skipped, "theirs", absent, "replaced"},

		{"delete of a file", func(b *bench) plan.Action {
			return &plan.DeleteLocal{Path: "p", Reason: plan.ReasonGone, Before: b.write("p", "mine")}
		}, apply.Done, absent, absent, ""},
		{"D26 delete of an edited file", func(b *bench) plan.Action {
			a := &plan.DeleteLocal{Path: "p", Reason: plan.ReasonGone, Before: b.write("p", "mine")}
			b.write("p", "my edit")
			return a
		}, apply.Skipped, absent, "my edit", "kept"},
		{"delete of a file that is gone", func(b *bench) plan.Action {
			a := &plan.DeleteLocal{Path: "p", Reason: plan.ReasonGone, Before: b.write("p", "mine")}
			os.Remove(filepath.Join(b.tree, "p"))
			return a
		}, apply.Skipped, absent, absent, "changed here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			a := c.do(b)
			result := b.one(a)
			if result.Outcome != c.outcome {
				t.Fatalf("%v (%v), want %v", result.Outcome, result.Err, c.outcome)
			}
			if (result.Err != nil) != (c.outcome != apply.Done) || c.says != "" && !strings.Contains(result.Err.Error(), c.says) {
				t.Errorf("error %v, want %q", result.Err, c.says)
			}
			if c.outcome != apply.Done && (result.Row != nil || result.Forget) {
				t.Errorf("the index is told of what was not done: %+v", result)
			}
			if got := b.object(a.Where()); got != c.object {
				t.Errorf("object %q, want %q", got, c.object)
			}
			if got := b.content(a.Where()); got != c.file {
				t.Errorf("file %q, want %q", got, c.file)
			}
			b.balanced()
		})
	}
}

// TestRows compares what the index is told with what the next listing and walk
// show.
func TestRows(t *testing.T) {
	b := newBench(t)
	big := strings.Repeat("0123456789", 150<<10) // above the threshold
	files := map[string]string{"small": "content", "big": big, "empty": ""}
	var actions []plan.Action
	for path, content := range files {
		actions = append(actions, &plan.Upload{Path: path, Reason: plan.ReasonNew, Local: b.write(path, content), Headers: html})
	}
	results, err := b.run(actions...)
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range files {
		row, version := results[path].Row, b.version(path)
		if row == nil {
			t.Fatalf("%q: no row (%v)", path, results[path].Err)
		}
		stat, err := b.env.Root.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if row.Local != apply.StatOf(stat) || row.Remote.Size != version.Size || row.Remote.ETag != version.ETag ||
			!row.Remote.Modified.IsZero() && !row.Remote.Modified.Equal(version.Modified) {
			t.Errorf("%q: row %+v, listed %+v", path, row, version)
		}
		if !row.Owned || row.Headers != plan.HeadersDigest(html) || row.Sums.CRC64 == "" {
			t.Errorf("%q: %+v", path, row)
		}
		if got := b.object(path); got != content {
			t.Errorf("%q: other content", path)
		}
		if results[path].Bytes != int64(len(content)) {
			t.Errorf("%q: %d bytes moved, want %d", path, results[path].Bytes, len(content))
		}
	}

	t.Run("download", func(t *testing.T) {
		version := b.version("big")
		before := b.write("big", "older")
		result := b.one(&plan.Download{Path: "big", Reason: plan.ReasonSizeDiffers, Remote: version, Before: &before})
		stat, err := b.env.Root.Lstat("big")
		if err != nil {
			t.Fatal(err)
		}
		want := &plan.Base{Path: "big", Local: apply.StatOf(stat), Remote: version, Sums: plan.Sums{CRC64: results["big"].Row.Sums.CRC64}, Owned: true}
		if diff := cmp.Diff(want, result.Row); diff != "" {
			t.Errorf("row (-want +got):\n%s", diff)
		}
	})
	t.Run("headers", func(t *testing.T) {
		row := results["big"].Row
		result := b.one(&plan.SetMeta{
			Path: "big", Reason: plan.ReasonHeadersDiffer, Remote: b.version("big"), Local: row.Local,
			Sums: row.Sums, Headers: map[string]string{"Content-Type": "text/plain"}, Owned: true, Racy: true,
		})
		want := &plan.Base{
			Path: "big", Local: row.Local, Remote: b.version("big"), Sums: row.Sums,
			Headers: plan.HeadersDigest(map[string]string{"Content-Type": "text/plain"}), Owned: true, Racy: true,
		}
		if diff := cmp.Diff(want, result.Row); diff != "" {
			t.Errorf("row (-want +got):\n%s", diff)
		}
		head, err := b.client.HeadObject(t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + "big")})
		if err != nil {
			t.Fatal(err)
		}
		if oss.ToString(head.ContentType) != "text/plain" || head.CacheControl != nil || b.object("big") != big {
			t.Errorf("type %q, cache control %v", oss.ToString(head.ContentType), head.CacheControl)
		}
	})
}

func TestBookkeepingNeedsNoRequest(t *testing.T) {
	b := newBench(t)
	row := plan.Base{Path: "same", Local: plan.Stat{Size: 1}, Remote: plan.Version{Size: 1, ETag: "E", Modified: old}, Owned: true}
	results, err := b.run(&plan.Record{Base: row}, &plan.Forget{Path: "gone"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&row, results["same"].Row); diff != "" || results["same"].Outcome != apply.Done {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if r := results["gone"]; !r.Forget || r.Row != nil || r.Outcome != apply.Done {
		t.Errorf("forget: %+v", r)
	}
	if n := len(b.journal.Exchanges()); n != 0 {
		t.Errorf("%d requests", n)
	}
	b.balanced()
}

func TestRowsThatOnlyShow(t *testing.T) {
	b := newBench(t)
	id := b.begun("kept", "part")
	results, err := b.run(
		&plan.Conflict{Path: "c", Reason: plan.ReasonFIFO},
		&plan.KeepUpload{Path: "kept", Reason: plan.ReasonUploadYoung, UploadID: id, Parts: 1, Bytes: 4},
	)
	if err != nil || len(results) != 0 {
		t.Errorf("%v, %v", results, err)
	}
	if b.uploads() != 1 {
		t.Error("the upload is gone")
	}
}

func TestUploadIsRefusedForOversizedKeys(t *testing.T) {
	b := newBench(t)
	b.env.Mapping.Prefix = strings.Repeat("x", 1020) + "/"
	result := b.one(&plan.Upload{Path: "long", Reason: plan.ReasonNew, Local: b.write("long", "c"), Headers: html})
	if result.Outcome != apply.Failed || !errors.Is(result.Err, resumable.ErrInvalid) {
		t.Errorf("%v %v", result.Outcome, result.Err)
	}
}
