package apply_test

import (
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

func (b *bench) uploads() int {
	b.t.Helper()
	res, err := b.client.ListMultipartUploads(b.t.Context(), &oss.ListMultipartUploadsRequest{Bucket: oss.Ptr(bucket)})
	if err != nil {
		b.t.Fatal(err)
	}
	return len(res.Uploads)
}

func TestAbort(t *testing.T) {
	abort := func(id string, parts int, bytes int64) *plan.AbortUpload {
		return &plan.AbortUpload{Path: "p", Reason: plan.ReasonUploadStale, UploadID: id, Parts: parts, Bytes: bytes}
	}
	t.Run("as planned", func(t *testing.T) {
		b := newBench(t)
		if r := b.one(abort(b.begun("p", "part"), 1, 4)); r.Outcome != apply.Done || b.uploads() != 0 {
			t.Errorf("%v %v", r.Outcome, r.Err)
		}
	})
	t.Run("without parts", func(t *testing.T) {
		b := newBench(t)
		if r := b.one(abort(b.begun("p", ""), 0, 0)); r.Outcome != apply.Done || b.uploads() != 0 {
			t.Errorf("%v %v", r.Outcome, r.Err)
		}
	})
	t.Run("M5 an upload that received a part since", func(t *testing.T) {
		b := newBench(t)
		id := b.begun("p", "part")
		b.addPart("p", id, 2, "more")
		if r := b.one(abort(id, 1, 4)); r.Outcome != apply.Skipped || b.uploads() != 1 {
			t.Errorf("%v %v", r.Outcome, r.Err)
		}
	})
	t.Run("M5 an upload whose part was sent again", func(t *testing.T) {
		b := newBench(t)
		id := b.begun("p", "part")
		b.addPart("p", id, 1, "other")
		if r := b.one(abort(id, 1, 4)); r.Outcome != apply.Skipped || b.uploads() != 1 {
			t.Errorf("%v %v", r.Outcome, r.Err)
		}
	})
	t.Run("an upload that is gone", func(t *testing.T) {
		b := newBench(t)
		id := b.begun("p", "part")
		b.one(abort(id, 1, 4))
		if r := b.one(abort(id, 1, 4)); r.Outcome != apply.Done || r.Detail == "" {
			t.Errorf("%v %v", r.Outcome, r.Err)
		}
	})
}

// TestResumeUpload breaks an upload in parts off and goes on with it.
func TestResumeUpload(t *testing.T) {
	b := newBench(t)
	content := strings.Repeat("0123456789", 150<<10)
	upload := plan.Upload{Path: "big", Reason: plan.ReasonNew, Local: b.write("big", content), Headers: html}
	parts := 0
	b.meets(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.UploadPart {
			if parts++; parts > 5 {
				return &ossserver.Fault{Status: 403, Code: "AccessDenied"}
			}
		}
		return nil
	})
	b.env.Mapping.Transfer.Parts = 1
	if _, err := b.run(&upload); err == nil {
		t.Fatal("the run did not end")
	}
	b.meets(func(ossserver.Request) *ossserver.Fault { return nil })
	b.journal.Reset()
	b.env.Progress = &apply.Progress{}
	uploads, err := b.client.ListMultipartUploads(t.Context(), &oss.ListMultipartUploadsRequest{Bucket: oss.Ptr(bucket)})
	if err != nil || len(uploads.Uploads) != 1 {
		t.Fatalf("%+v, %v", uploads, err)
	}
	id := *uploads.Uploads[0].UploadId
	const stored = 5 * 100 << 10
	result := b.one(&plan.ResumeUpload{Upload: upload, UploadID: id, Parts: 5, Bytes: stored})
	if result.Outcome != apply.Done || b.object("big") != content {
		t.Fatalf("%v %v", result.Outcome, result.Err)
	}
	if want := int64(len(content) - stored); result.Bytes != want || b.env.Progress.Snapshot().Done.Bytes != want {
		t.Errorf("%d bytes moved, %+v, want %d", result.Bytes, b.env.Progress.Snapshot(), want)
	}
	b.balanced()
}

// C9: an object that another writer replaced while our parts were sent, which can
// take hours, is not replaced in turn.
func TestC9_ObjectReplacedDuringALongUpload(t *testing.T) {
	b := newBench(t)
	before := b.put("big", "as planned")
	upload := &plan.Upload{
		Path: "big", Reason: plan.ReasonSizeDiffers, Before: &before, Headers: html,
		Local: b.write("big", strings.Repeat("0123456789", 150<<10)),
	}
	b.when(ossserver.UploadPart, func() { b.put("big", "theirs") })
	if r := b.one(upload); r.Outcome != apply.Skipped || r.Row != nil || b.object("big") != "theirs" {
		t.Errorf("%v %v, object %.10q", r.Outcome, r.Err, b.object("big"))
	}
}
