package ui

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/osssync/osssync/plan"
)

// The totals name what is passed over for its name, and what to do about it.
func TestK13_P16_TotalsOfDeniedNames(t *testing.T) {
	for _, row := range []struct {
		summary plan.Summary
		want    string
	}{
		{plan.Summary{Denied: 1, Skips: 1, DeniedAt: ".env"},
			"Passed over for its name: .env. To move it: allow: [/.env] in the spec; else exclude it."},
		{plan.Summary{Denied: 2, Skips: 2, DeniedAt: ".env", DeniedThen: ".git/", DeniedObjects: 1},
			"Passed over for their names: .env, .git/; 1 object of such a name, or below it, stays in the bucket. To move them: allow: [/.env] in the spec; else exclude them."},
		{plan.Summary{Denied: 4, Skips: 7, DeniedAt: "a\x1b", DeniedThen: "b/", DeniedObjects: 1234},
			`Not touched: 3 passed over as the spec says (.).` + "\n" +
				`Passed over for their names: "a\x1b", b/ and 2 more; 1,234 objects of such names, or below them, stay in the bucket. To move them: allow in the spec; else exclude them.`},
		{plan.Summary{Waiting: 1, WaitingFor: ".env", DeleteRemote: plan.Tally{Objects: 1}},
			"1 delete waits for one apply: .env is new and not sent, and content that is missing elsewhere may be there under a new name. Exclude or allow it, or apply twice."},
		{plan.Summary{Waiting: 2, WaitingFor: ".aws/", Unmoved: 1, UnmovedAt: "b", DeleteRemote: plan.Tally{Objects: 3}},
			"All deletes will be held: b is not sent, and content that is missing elsewhere may be there under a new name. To go on: make it readable, rename it, or exclude or allow it.\n" +
				"2 deletes wait for one apply: .aws/ is new and not sent, and content that is missing elsewhere may be there under a new name. Exclude or allow it, or apply twice."},
		{plan.Summary{Unmoved: 2, UnmovedAt: "a/", DeleteLocal: plan.Tally{Objects: 1}},
			"All deletes will be held: a/ and 1 more are not fetched, and content that is missing elsewhere may be there under a new name. " +
				"To go on: restore each if archived, rename each, or exclude each."},
		{plan.Summary{Unmoved: 1, UnmovedAt: "a/"}, ""},
	} {
		if got := strings.Join(totalsOf(&row.summary, "all").tail, "\n"); got != row.want {
			t.Errorf("got  %s\nwant %s", got, row.want)
		}
	}
	if got := (Tally{Done: 1, Denied: 1}).String(); got != "1 done (0 B), 1 name passed over." {
		t.Errorf("got %s", got)
	}
}

// Every view tells of them: text, Markdown and the lines of a plan file.
func TestK13_P16_ViewsOfDeniedNames(t *testing.T) {
	s := sectionOf(t, header(),
		&plan.Skip{Path: ".env", Reason: plan.ReasonSecretNew}, &plan.Skip{Path: ".git/", Reason: plan.ReasonSecretName})
	var text, markdown bytes.Buffer
	if err := WriteText(&text, s, nil, TextOptions{Width: 200}); err != nil {
		t.Fatal(err)
	}
	if err := WriteMarkdown(&markdown, []*plan.Section{s}, nil); err != nil {
		t.Fatal(err)
	}
	const want = "Passed over for their names: .env, .git/. To move them: allow: [/.env] in the spec; else exclude them."
	for _, view := range []string{text.String(), markdown.String()} {
		if !strings.Contains(view, want) {
			t.Errorf("lacks %q:\n%s", want, view)
		}
	}
}

// counted is a number, with what may stand between it and its noun.
var counted = regexp.MustCompile(`(?:^|[^\d,.])(\d+) (?:unfinished |more )?(object|file|name|upload|request|change|row|part|delete)(s?)\b`)

// wrongNumber returns what in text is in the singular and should not be, or the
// other way round.
func wrongNumber(text string) string {
	for _, m := range counted.FindAllStringSubmatch(text, -1) {
		if (m[1] == "1") != (m[3] == "") {
			return m[0]
		}
	}
	return regexp.MustCompile(`(?:^|[^\d,.])(1 (match|are|go)|[02] (matches|is|goes)|[02] objects? matches)\b`).FindString(text)
}

// Each sentence is right for none, one and two.
func TestNumberOfNouns(t *testing.T) {
	for n := range int64(3) {
		tally := plan.Tally{Objects: n, Bytes: n}
		s := plan.Summary{
			Upload: tally, Download: tally, SetMeta: tally, DeleteRemote: tally, DeleteLocal: tally, Abort: tally, Keep: tally,
			Unchanged: n, Extra: n, Conflicts: n, Skips: 2 * n, Shielded: n, Replace: n, Unmoved: n, Denied: n, DeniedObjects: n,
			Cost: plan.Cost{Requests: n, Bytes: n},
		}
		if n > 0 {
			s.Resume = tally
		}
		sum := totalsOf(&s, "all")
		texts := append(append([]string{sum.head, deletesOf(&s), deletesOf(&plan.Summary{DeleteLocal: tally})}, sum.due...), sum.tail...)
		s.Waiting = n
		texts = append(texts, totalsOf(&s, "managed").tail...)
		texts = append(texts, totalsOf(&plan.Summary{Unchanged: n}, "all").head)
		texts = append(texts, Tally{Done: n, Skipped: n, Held: n, Failed: n, BrokenOff: n, NotBegun: n, Conflicts: n, Shielded: n, Denied: n, Beyond: n}.String())
		for k := range appearances {
			texts = append(texts, beyond(kind(k), n))
		}
		texts = append(texts, (&Status{Walked: n, Listed: n, Compared: n, Hashed: n}).planning())
		pending := &plan.AbortUpload{Path: "p", Reason: plan.ReasonUploadStale, UploadID: "u", Parts: int(n)}
		texts = append(texts, describe(pending, made, false).why, describe(&plan.ResumeUpload{Parts: int(n)}, made, false).why)
		for _, text := range texts {
			if wrong := wrongNumber(text); wrong != "" {
				t.Errorf("%d: %q in %q", n, wrong, text)
			}
		}
	}
	for _, text := range []string{"1 objects", "2 object to upload", "0 file", "1 unfinished uploads", "1 match", "2 objects matches"} {
		if wrongNumber(text) == "" {
			t.Errorf("%q is taken for right", text)
		}
	}
}
