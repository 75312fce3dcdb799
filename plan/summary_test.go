package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Totals are those of the rows, for every kind of row.
func TestSummary_Counts(t *testing.T) {
	actions := everyAction()
	f, err := readBytes(planFile(t, actions...))
	if err != nil {
		t.Fatal(err)
	}
	got := f.Sections[0].Summary
	want := Summary{
		LocalFiles: 7, Unchanged: 5, Replace: 2, Largest: 20, LargestAt: "d",
		Upload: Tally{2, 15 + 1}, Resume: Tally{1, 5}, Download: Tally{1, 10}, SetMeta: Tally{1, 10},
		DeleteRemote: Tally{1, 10}, DeleteLocal: Tally{1, 10}, Abort: Tally{1, 30}, Keep: Tally{1, 5},
		Record: 1, Forget: 1, Conflicts: 1,
		Cost: Cost{Requests: 3 + 2 + 2 + 2 + 2, Bytes: 15 + 10 + 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Deletes() != 2 || got.Changes() != 7 || !got.Incomplete() {
		t.Errorf("deletes %d, changes %d, incomplete %t", got.Deletes(), got.Changes(), got.Incomplete())
	}
	if s := (Summary{Shielded: 1}); !s.Incomplete() {
		t.Error("shielded paths do not make a plan incomplete")
	}
	if s := (Summary{Keep: Tally{1, 1}, Extra: 1, Record: 1, Forget: 1}); s.Incomplete() || s.Changes() != 0 {
		t.Error("rows that change nothing count as changes")
	}
}

func TestResumeUpload_Cost(t *testing.T) {
	shrunk := ResumeUpload{Upload: Upload{Local: statTen}, Bytes: 30}
	if c := shrunk.Cost(); c.Bytes != 0 {
		t.Errorf("%d bytes to be sent", c.Bytes)
	}
}
