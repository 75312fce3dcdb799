package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/plan"
)

func TestJSONLines(t *testing.T) {
	var b strings.Builder
	j := NewJSON(&b)
	done := apply.Result{Action: &plan.Upload{Path: "a<b", Reason: plan.ReasonNew}, Outcome: apply.Done, Bytes: 7}
	failed := apply.Result{Action: &plan.DeleteLocal{Path: "\xff", Reason: plan.ReasonGone}, Outcome: apply.Failed, Err: errors.New("disk full")}
	for _, err := range []error{
		j.Result("site", done), j.Result("site", failed),
		j.Notice("no lock", "wait"),
		j.Error(errors.New("no route"), []string{"wait"}, 9),
		j.Summary(Tally{Done: 1, Failed: 1, Bytes: 7}, 3),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := `
{"format":1,"op":"result","mapping":"site","action":"upload","path":"a<b","reason":"new","outcome":"done","bytes":7}
{"format":1,"op":"result","mapping":"site","action":"delete-local","path":"","path_base64":"/w==","reason":"gone","outcome":"failed","bytes":0,"error":"disk full"}
{"format":1,"op":"notice","notice":"no lock","hints":["wait"]}
{"format":1,"op":"error","error":"no route","hints":["wait"],"exit":9}
{"format":1,"op":"summary","done":1,"skipped":0,"held":0,"failed":1,"broken_off":0,"not_begun":0,"conflicts":0,"shielded":0,"denied":0,"beyond":0,"bytes":7,"exit":3}
`
	if diff := cmp.Diff(want[1:], b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The words of actions are those of plan files, so that a program can join both.
func TestWordsAreThoseOfPlanFiles(t *testing.T) {
	rows := append([]plan.Action{
		&plan.Download{Path: "0", Reason: plan.ReasonNew, Remote: version(1)},
		&plan.DeleteLocal{Path: "1", Reason: plan.ReasonGone},
		&plan.Record{Base: plan.Base{Path: "2"}},
		&plan.Forget{Path: "3"},
	}, everyKind()...)
	s := sectionOf(t, header(), rows...)
	var b bytes.Buffer
	if err := s.CopyTo(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")[1:] // the first is the header
	for a, err := range s.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		var line struct{ Op string }
		if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
			t.Fatal(err)
		}
		if got := plan.Word(a); got != line.Op {
			t.Errorf("%T is %q, and %q in plan files", a, got, line.Op)
		}
		lines = lines[1:]
	}
}

func TestResult(t *testing.T) {
	tests := []struct {
		result apply.Result
		want   string
	}{
		{apply.Result{Action: &plan.Upload{Path: "a"}, Outcome: apply.Done, Bytes: 2048}, "  + a  2.0 KiB"},
		{apply.Result{Action: &plan.DeleteLocal{Path: "a\n"}, Outcome: apply.Done, Detail: ".osssync/trash"}, `  - "a\n"  (.osssync/trash)`},
		{apply.Result{Action: &plan.Upload{Path: "a"}, Outcome: apply.Skipped, Err: errors.New("gone\nfor good")}, "  ! a skipped: gone; for good"},
		{apply.Result{Action: &plan.Upload{Path: "a"}, Outcome: apply.Held}, "  ! a held"},
	}
	for _, tt := range tests {
		if got := Result(tt.result); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestTally(t *testing.T) {
	tally := Tally{Done: 1200, Bytes: 1 << 20}
	tally.Add(Tally{Done: 34, Skipped: 1, Held: 2, Failed: 3, Conflicts: 4, Shielded: 5})
	if got, want := tally.String(), "1,234 done (1.0 MiB), 1 skipped, 2 held back, 3 failed, 4 left alone, 5 below what could not be read."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
