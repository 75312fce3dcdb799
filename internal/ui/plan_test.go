package ui

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

var (
	made     = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	modified = time.Date(2026, 5, 1, 8, 30, 0, 0, time.UTC)
)

func header() *plan.Header {
	return &plan.Header{
		Mapping: "site", Spec: "00", Direction: "push", Service: "cn-hangzhou", Bucket: "my-site", Prefix: "www/",
		Root: "/srv/public", RootID: "1", Prune: "managed", Phases: 1, Made: made,
	}
}

// unchanged stands in a plan for a path that is the same on both sides.
type unchanged struct{ plan.Action }

// sectionOf makes the section of a plan file with the given rows, by way of the
// file. Rows must be in the order of their paths.
func sectionOf(tb testing.TB, h *plan.Header, rows ...plan.Action) *plan.Section {
	tb.Helper()
	scratch, err := os.Create(filepath.Join(tb.TempDir(), "scratch"))
	if err != nil {
		tb.Fatal(err)
	}
	defer scratch.Close()
	proof := &plan.Proof{}
	nothing := plan.Sources{Local: none[plan.Local](), Remote: none[plan.Remote](), Base: none[plan.Base]()}
	for _, err := range plan.Align(nothing, proof) {
		if err != nil {
			tb.Fatal(err)
		}
	}
	draft := plan.NewDraft(&plan.Policy{Direction: spec.Push}, scratch)
	for i, a := range rows {
		verdict := plan.Verdict{Action: a, Class: plan.ClassChange}
		if _, ok := a.(unchanged); ok {
			verdict = plan.Verdict{Class: plan.ClassUnchanged}
		}
		path := fmt.Sprint(i)
		if verdict.Action != nil {
			path = a.Where()
		}
		if err := draft.Add(&plan.State{Path: path}, verdict); err != nil {
			tb.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := plan.WriteFileHeader(&file, "test", []string{h.Mapping}); err != nil {
		tb.Fatal(err)
	}
	if err := draft.Finish(h, proof, &file); err != nil {
		tb.Fatal(err)
	}
	read, err := plan.ReadFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		tb.Fatal(err)
	}
	return read.Sections[0]
}

func none[T any]() iter.Seq2[T, error] { return func(func(T, error) bool) {} }

func version(size int64) plan.Version {
	return plan.Version{Size: size, ETag: "D41D8CD98F00B204E9800998ECF8427E", Modified: modified}
}

// everyKind has a row of each kind, and names that want quoting.
func everyKind() []plan.Action {
	before := version(900)
	html := map[string]string{"Content-Type": "text/html", "Cache-Control": "no-cache"}
	return []plan.Action{
		&plan.Upload{Path: "about.html", Reason: plan.ReasonNew, Local: plan.Stat{Size: 1234}, Headers: html, Requests: 1},
		&plan.Upload{Path: "css/site.css", Reason: plan.ReasonContentDiffers, Local: plan.Stat{Size: 900}, Before: &before,
			Headers: map[string]string{"Content-Type": "text/css"}, Requests: 2},
		&plan.Conflict{Path: "data/pipe", Reason: plan.ReasonFIFO},
		&plan.Conflict{Path: "data/secret", Reason: plan.ReasonUnreadable, Detail: "permission denied\x1b[2J"},
		&plan.SetMeta{Path: "index.html", Reason: plan.ReasonHeadersDiffer, Remote: version(4000), Headers: html},
		&plan.DeleteRemote{Path: "old/\u202egpj.exe", Reason: plan.ReasonGoneOwned, Before: version(2048)},
		&plan.KeepUpload{Path: "video/new.mp4", Reason: plan.ReasonUploadYoung, UploadID: "B2", Started: made.Add(-3 * time.Hour), Parts: 1, Bytes: 10 << 20},
		&plan.AbortUpload{Path: "video/old.mp4", Reason: plan.ReasonUploadStale, UploadID: "A1", Started: made.Add(-9 * 24 * time.Hour), Parts: 3, Bytes: 30 << 20},
		&plan.ResumeUpload{Upload: plan.Upload{Path: "video/talk.mp4", Reason: plan.ReasonNew, Local: plan.Stat{Size: 300 << 20},
			Headers: map[string]string{"Content-Type": "video/mp4"}, Requests: 32},
			UploadID: "C3", Started: made.Add(-20 * time.Minute), Parts: 12, Bytes: 120 << 20},
		unchanged{}, unchanged{},
	}
}
