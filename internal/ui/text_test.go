package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/plan"
)

func textOf(t *testing.T, s *plan.Section, trips []plan.Trip, opts TextOptions) string {
	t.Helper()
	var b strings.Builder
	if err := WriteText(&b, s, trips, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteTextWidths(t *testing.T) {
	s := sectionOf(t, header(), everyKind()...)
	tests := []struct {
		width int
		want  string
	}{
		{60, `
Mapping site: push /srv/public to oss://my-site/www/ (prune: managed)

  + about.html            1.2 KiB  new
        Cache-Control: no-cache
        Content-Type: text/html
  ~ css/site.css            900 B  content differs
  ! data/pipe                      named pipe
  ! data/secret
        cannot be read: permission denied\x1b[2J
  m index.html
        headers differ from the spec
        Cache-Control: no-cache
        Content-Type: text/html
  - "old/\u202egpj.exe"
        2.0 KiB, no longer at the source; this mapping put
        it there
  o video/new.mp4
        10 MiB, unfinished upload, younger than abortAfter;
        1 part, begun 3h ago, id B2
  x video/old.mp4
        30 MiB, unfinished upload, older than abortAfter; 3
        parts, begun 9d ago, id A1
  ^ video/talk.mp4
        300 MiB, new; 120 MiB in 12 parts stored already,
        begun 20m ago

  (+ new, ~ replace, ^ resume, m set headers, - delete,
   x abort upload, o keep upload, ! left alone)

6 changes:
  3 objects to upload (180 MiB), of which 1 goes on with 120
    MiB stored already
  1 object to set headers of
  1 object to delete (2.0 KiB)
  1 unfinished upload to abort (30 MiB)
Not touched: 2 with the same content, 1 unfinished upload
    (10 MiB), 2 left alone (!).
About 41 requests, 180 MiB over the network.
`},
		{80, `
Mapping site: push /srv/public to oss://my-site/www/ (prune: managed)

  + about.html            1.2 KiB  new
        Cache-Control: no-cache
        Content-Type: text/html
  ~ css/site.css            900 B  content differs
  ! data/pipe                      named pipe
  ! data/secret                    cannot be read: permission denied\x1b[2J
  m index.html                     headers differ from the spec
        Cache-Control: no-cache
        Content-Type: text/html
  - "old/\u202egpj.exe"
        2.0 KiB, no longer at the source; this mapping put it there
  o video/new.mp4
        10 MiB, unfinished upload, younger than abortAfter; 1 part, begun 3h
        ago, id B2
  x video/old.mp4
        30 MiB, unfinished upload, older than abortAfter; 3 parts, begun 9d ago,
        id A1
  ^ video/talk.mp4
        300 MiB, new; 120 MiB in 12 parts stored already, begun 20m ago

  (+ new, ~ replace, ^ resume, m set headers, - delete, x abort upload,
   o keep upload, ! left alone)

6 changes:
  3 objects to upload (180 MiB), of which 1 goes on with 120 MiB stored already
  1 object to set headers of
  1 object to delete (2.0 KiB)
  1 unfinished upload to abort (30 MiB)
Not touched: 2 with the same content, 1 unfinished upload (10 MiB), 2 left alone
    (!).
About 41 requests, 180 MiB over the network.
`},
		{200, `
Mapping site: push /srv/public to oss://my-site/www/ (prune: managed)

  + about.html            1.2 KiB  new
        Cache-Control: no-cache
        Content-Type: text/html
  ~ css/site.css            900 B  content differs
  ! data/pipe                      named pipe
  ! data/secret                    cannot be read: permission denied\x1b[2J
  m index.html                     headers differ from the spec
        Cache-Control: no-cache
        Content-Type: text/html
  - "old/\u202egpj.exe"   2.0 KiB  no longer at the source; this mapping put it there
  o video/new.mp4          10 MiB  unfinished upload, younger than abortAfter; 1 part, begun 3h ago, id B2
  x video/old.mp4          30 MiB  unfinished upload, older than abortAfter; 3 parts, begun 9d ago, id A1
  ^ video/talk.mp4        300 MiB  new; 120 MiB in 12 parts stored already, begun 20m ago

  (+ new, ~ replace, ^ resume, m set headers, - delete, x abort upload, o keep upload, ! left alone)

6 changes:
  3 objects to upload (180 MiB), of which 1 goes on with 120 MiB stored already
  1 object to set headers of
  1 object to delete (2.0 KiB)
  1 unfinished upload to abort (30 MiB)
Not touched: 2 with the same content, 1 unfinished upload (10 MiB), 2 left alone (!).
About 41 requests, 180 MiB over the network.
`},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.width), func(t *testing.T) {
			got := textOf(t, s, nil, TextOptions{Width: tt.width})
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, got)
			}
		})
	}
}

func TestWriteTextStopped(t *testing.T) {
	s := sectionOf(t, header(), &plan.DeleteRemote{Path: "a", Reason: plan.ReasonGone, Before: version(10)})
	trips := []plan.Trip{{
		Guard: "max-deletes",
		Fact:  "this plan deletes 1,204 of 4,812 (25.0 %), above the limit (1000, or 25 % of more than 10)",
		Hint:  "read the deletes in the plan; to go on: --allow-deletes=1204",
	}}
	want := `
Mapping site: push /srv/public to oss://my-site/www/ (prune: managed)

  STOPPED by a guard. Nothing was changed.
    this plan deletes 1,204 of 4,812 (25.0 %), above the limit (1000, or 25 % of
    more than 10)
    read the deletes in the plan; to go on: --allow-deletes=1204

  - a      10 B  not at the source

  (- delete)

1 change:
  1 object to delete (10 B)
About 2 requests, 0 B over the network.
`
	if diff := cmp.Diff(want[1:], textOf(t, s, trips, TextOptions{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWriteTextNothingToDo(t *testing.T) {
	h := header()
	h.Direction = "pull"
	want := `
Mapping site: pull oss://my-site/www/ to /srv/public (prune: managed)
No changes. 2 objects match.
`
	got := textOf(t, sectionOf(t, h, unchanged{}, unchanged{}), nil, TextOptions{})
	if diff := cmp.Diff(want[1:], got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTotalsOfWhatIsOnlyAtTheTarget(t *testing.T) {
	for prune, want := range map[string]string{
		"never":   "Not touched: 2 only at the target (prune: never).",
		"managed": "Not touched: 2 only at the target and not known to be put there by this mapping (prune: managed).",
	} {
		got := totalsOf(&plan.Summary{Extra: 2}, prune).tail
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("prune: %s (-want +got):\n%s", prune, diff)
		}
	}
}

func TestD32_TotalsWhenEverythingDiffers(t *testing.T) {
	s := plan.Summary{Replace: 1204, Upload: plan.Tally{Objects: 1205}}
	const flag = "All 1,204 files that both sides have differ in content: another folder or another build looks like this."
	if diff := cmp.Diff([]string{flag}, totalsOf(&s, "never").tail); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.Unchanged = 1
	if got := totalsOf(&s, "never").tail; slices.Contains(got, flag) {
		t.Errorf("one is the same: %q", got)
	}
}

func TestWriteTextFolds(t *testing.T) {
	var rows []plan.Action
	for i := range 150 {
		rows = append(rows, &plan.DeleteRemote{Path: fmt.Sprintf("a%04d", i), Reason: plan.ReasonGone, Before: version(1)})
	}
	for i := range 1000 {
		rows = append(rows, &plan.Upload{Path: fmt.Sprintf("b%04d", i), Reason: plan.ReasonNew, Local: plan.Stat{Size: 1}, Requests: 1})
	}
	s := sectionOf(t, header(), rows...)

	got := textOf(t, s, nil, TextOptions{})
	for _, want := range []string{
		"  + b0009       1 B  new\n    and 990 more new (shown with --all)\n",
		"  - a0099       1 B  not at the source\n    and 50 more to delete (shown with --all)\n",
		"\n  (+ new, - delete)\n",
		"  1,000 objects to upload (1000 B)\n  150 objects to delete (150 B)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("folded plan lacks %q:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n  + "); n != 10 {
		t.Errorf("folded plan shows %d new rows, want 10", n)
	}

	all := textOf(t, s, nil, TextOptions{All: true})
	if n := strings.Count(all, "not at the source") + strings.Count(all, "  new\n"); n != len(rows) {
		t.Errorf("whole plan shows %d rows, want %d", n, len(rows))
	}
	if whole := textOf(t, sectionOf(t, header(), rows[:foldAbove]...), nil, TextOptions{}); strings.Contains(whole, "more") {
		t.Errorf("plan of %d rows is folded", foldAbove)
	}
}

func TestWriteTextColor(t *testing.T) {
	s := sectionOf(t, header(), everyKind()...)
	colored := textOf(t, s, nil, TextOptions{Color: true})
	if !strings.Contains(colored, "\x1b[31m-\x1b[0m") {
		t.Errorf("no red minus in %q", colored)
	}
	if diff := cmp.Diff(textOf(t, s, nil, TextOptions{}), uncolored.ReplaceAllString(colored, "")); diff != "" {
		t.Errorf("colors change more than colors (-plain +stripped):\n%s", diff)
	}
}

func TestWriteTextVerboseShowsContentType(t *testing.T) {
	s := sectionOf(t, header(), everyKind()...)
	if got := textOf(t, s, nil, TextOptions{}); strings.Contains(got, "text/css") {
		t.Errorf("a Content-Type alone is shown:\n%s", got)
	}
	if got := textOf(t, s, nil, TextOptions{Verbose: true}); !strings.Contains(got, "        Content-Type: text/css\n") {
		t.Errorf("verbose lacks the Content-Type:\n%s", got)
	}
}

// Hostile names reach neither the terminal nor a build service, in no view.
func TestK16_HostileNames(t *testing.T) {
	names := []string{
		"\x1b]0;title\x07", "a\nb", "a\r", "c\u202ed", "\u2028", "\u00a0", "\xff", " x", "x ", `"q"`, "##[add-mask]x", "::add-mask::x", "| a | `b`", "<b>@all</b>", "\x7f", "\u0085",
	}
	for _, name := range names {
		text := strings.ToValidUTF8(name, "?") // what JSON can carry
		h := header()
		h.Root, h.Mapping = "/srv/"+text, text
		s := sectionOf(t, h,
			&plan.Conflict{Path: name, Reason: plan.ReasonUnreadable, Detail: name},
			&plan.AbortUpload{Path: name, Reason: plan.ReasonUploadStale, UploadID: text, Started: made})
		trips := []plan.Trip{{Fact: "source " + name, Hint: "remove " + name}}
		var md strings.Builder
		if err := WriteMarkdown(&md, []*plan.Section{s}, [][]plan.Trip{trips}); err != nil {
			t.Fatal(err)
		}
		for view, text := range map[string]string{"text": textOf(t, s, trips, TextOptions{}), "markdown": md.String()} {
			if bad := harmful(text); bad != "" {
				t.Errorf("%s of %q: %s in\n%s", view, name, bad, text)
			}
		}
	}
}

// harmful returns what in text is not fit for a terminal or a log, or "".
func harmful(text string) string {
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.Contains(line, "##["):
			return "a command of a build service"
		case strings.HasPrefix(strings.TrimSpace(line), "::"):
			return "a line that begins with a command"
		}
		for _, r := range line {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u202e' {
				return fmt.Sprintf("%U", r)
			}
		}
	}
	return ""
}
