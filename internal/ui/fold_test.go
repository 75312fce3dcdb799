package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/plan"
)

// readCounter counts the bytes that are read from a plan file.
type readCounter struct {
	io.ReaderAt
	bytes int64
}

func (r *readCounter) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, off)
	r.bytes += int64(n)
	return n, err
}

// A folded plan is read no further than to the last row that is shown of it, and
// tells the same as one that has to be read to its end.
func TestWriteTextFoldsWithoutReadingAll(t *testing.T) {
	before := version(1)
	var rows []plan.Action
	for i := range 20_000 {
		upload := &plan.Upload{Path: fmt.Sprintf("%06d", i), Reason: plan.ReasonNew, Local: plan.Stat{Size: 1}, Requests: 1}
		if i%3 == 0 {
			upload.Before = &before
		}
		rows = append(rows, upload)
	}
	read := func(rows ...plan.Action) (text string, share float64) {
		var file bytes.Buffer
		s := sectionOf(t, header(), rows...)
		if err := errors.Join(plan.WriteFileHeader(&file, "test", []string{s.Header.Mapping}), s.CopyTo(&file)); err != nil {
			t.Fatal(err)
		}
		counter := &readCounter{ReaderAt: bytes.NewReader(file.Bytes())}
		checked, err := plan.ReadFile(counter, int64(file.Len()))
		if err != nil {
			t.Fatal(err)
		}
		counter.bytes = 0
		text = textOf(t, checked.Sections[0], nil, TextOptions{})
		return text, float64(counter.bytes) / float64(file.Len())
	}
	early, share := read(rows...)
	if share > 0.05 {
		t.Errorf("%.2f of the file was read", share)
	}
	last := &plan.ResumeUpload{Upload: plan.Upload{Path: "z", Reason: plan.ReasonNew, Local: plan.Stat{Size: 1}, Before: &before}, UploadID: "u"}
	whole, share := read(append(rows, last)...)
	if share < 0.9 || !strings.Contains(whole, "\n  ^ z ") {
		t.Errorf("%.2f of the file was read:\n%s", share, whole)
	}
	for _, want := range []string{"    and 13,323 more new (", "    and 6,657 more to replace ("} {
		if !strings.Contains(early, want) || !strings.Contains(whole, want) {
			t.Errorf("no %q in\n%s\nor in\n%s", want, early, whole)
		}
	}
}

func TestCountKinds(t *testing.T) {
	rows := slices.DeleteFunc(everyKind(), func(a plan.Action) bool { _, resume := a.(*plan.ResumeUpload); return resume })
	rows = append(rows, &plan.Skip{Path: "x", Reason: plan.ReasonSymlink}, &plan.Forget{Path: "y"})
	s := sectionOf(t, header(), rows...)
	var want [len(appearances)]int64
	for a, err := range s.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if k := kindOf(a); k != kindHidden {
			want[k]++
		}
	}
	got, told := countKinds(&s.Summary)
	if diff := cmp.Diff(want, got); diff != "" || !told {
		t.Errorf("told %v: %s", told, diff)
	}
	if slices.Contains(append(want[:kindResume:kindResume], want[kindResume+1:]...), 0) {
		t.Errorf("a kind has no row: %v", want)
	}
}
