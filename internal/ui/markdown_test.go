package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/plan"
)

func TestWriteMarkdown(t *testing.T) {
	s := sectionOf(t, header(),
		&plan.Conflict{Path: "a`b", Reason: plan.ReasonFIFO, Detail: "<img>"},
		&plan.Upload{Path: "a|b.html", Reason: plan.ReasonNew, Local: plan.Stat{Size: 1234}, Headers: map[string]string{"Content-Type": "text/html"}, Requests: 1},
		unchanged{})
	var b strings.Builder
	if err := WriteMarkdown(&b, []*plan.Section{s}, [][]plan.Trip{{{Fact: "too much", Hint: "--allow"}}}); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`
### osssync: 'site'

'push' '/srv/public' and 'oss://my-site/www/' (prune: 'managed')

> **Stopped by a guard. Nothing was changed.** 'too much'. '--allow'

1 change:
- 1 object to upload (1.2 KiB)

Not touched: 1 with the same content, 1 left alone (!).

About 1 request, 1.2 KiB over the network.

<details><summary>2 rows</summary>

| | path | size | why |
| --- | --- | ---: | --- |
| '!' | ''a'b'' |  | named pipe: \<img\> |
| '+' | 'a\|b.html' | 1.2 KiB | new<br>'Content-Type: text/html' |

</details>

`, "'", "`")
	if diff := cmp.Diff(want[1:], b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWriteMarkdownFitsAComment(t *testing.T) {
	var rows []plan.Action
	for i := range 3000 {
		rows = append(rows, &plan.Upload{Path: fmt.Sprintf("some/folder/with/files/%06d.html", i), Reason: plan.ReasonNew, Requests: 1})
	}
	big, small := sectionOf(t, header(), rows...), sectionOf(t, header(), rows[:3]...)
	var b strings.Builder
	if err := WriteMarkdown(&b, []*plan.Section{small, big, big}, nil); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if len(text) > maxMarkdown || len(text) < maxMarkdown*9/10 {
		t.Errorf("%d bytes, want a little under %d", len(text), maxMarkdown)
	}
	if n := strings.Count(text, "</details>"); n != 3 {
		t.Errorf("%d of 3 sections are whole", n)
	}
	shown := strings.Count(text, "| `+` |")
	more := 0
	for line := range strings.SplitSeq(text, "\n") {
		var n int
		if _, err := fmt.Sscanf(strings.ReplaceAll(line, ",", ""), "and %d more", &n); err == nil {
			more += n
		}
	}
	if shown+more != 6003 {
		t.Errorf("%d rows shown and %d counted, want 6003 together", shown, more)
	}
}
