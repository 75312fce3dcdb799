package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/plan"
)

func TestWriteDeletes(t *testing.T) {
	local := []plan.Action{
		&plan.Download{Path: "a", Reason: plan.ReasonNew, Remote: version(5)},
		&plan.DeleteLocal{Path: "b", Reason: plan.ReasonGone, Before: plan.Stat{Size: 7}},
		&plan.DeleteLocal{Path: "c|\xff", Reason: plan.ReasonGone, Before: plan.Stat{Size: 3}},
	}
	tests := []struct {
		name                 string
		rows                 []plan.Action
		text, markdown, json string
	}{
		{"at the bucket", everyKind(), `
Mapping site: push /srv/public to oss://my-site/www/ (prune: managed)

  - "old/\u202egpj.exe"
        2.0 KiB, no longer at the source; this mapping put it there

1 object to delete (2.0 KiB).
`, `
### osssync: deletes of ` + "`site`" + `

1 object to delete (2.0 KiB).

| path | size | why |
| --- | ---: | --- |
| ` + "`\"old/\\u202egpj.exe\"`" + ` | 2.0 KiB | no longer at the source; this mapping put it there |

`, `
{"format":1,"op":"delete","mapping":"site","action":"delete-remote","path":"old/` + "\\u202e" + `gpj.exe","reason":"gone-owned","bytes":2048}
`},
		{"in the tree", local, `
Mapping site: push /srv/public to oss://my-site/www/ (prune: managed)

  - b              7 B  not at the source
  - "c|\xff"       3 B  not at the source

2 files to move to the trash (10 B).
`, `
### osssync: deletes of ` + "`site`" + `

2 files to move to the trash (10 B).

| path | size | why |
| --- | ---: | --- |
| ` + "`b`" + ` | 7 B | not at the source |
| ` + "`\"c\\|\\xff\"`" + ` | 3 B | not at the source |

`, `
{"format":1,"op":"delete","mapping":"site","action":"delete-local","path":"b","reason":"gone","bytes":7}
{"format":1,"op":"delete","mapping":"site","action":"delete-local","path":"","path_base64":"Y3z/","reason":"gone","bytes":3}
`},
		{"none", local[:1], `
Mapping site: push /srv/public to oss://my-site/www/ (prune: managed)
No deletes.
`, `
### osssync: deletes of ` + "`site`" + `

No deletes.

`, "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sectionOf(t, header(), tt.rows...)
			var text, markdown, lines strings.Builder
			for _, err := range []error{WriteDeletes(&text, s, TextOptions{}), WriteDeletesMarkdown(&markdown, s), NewJSON(&lines).Deletes(s)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			want := []string{tt.text[1:], tt.markdown[1:], tt.json[1:]}
			if diff := cmp.Diff(want, []string{text.String(), markdown.String(), lines.String()}); diff != "" {
				t.Errorf("text, Markdown, JSON (-want +got):\n%s", diff)
			}
		})
	}
}

// All deletes are shown, also of a plan that is folded and too long for a comment.
func TestWriteDeletesAreNotFolded(t *testing.T) {
	const many = 3000
	var rows []plan.Action
	for i := range many {
		rows = append(rows, &plan.DeleteRemote{Path: fmt.Sprintf("file%05d", i), Reason: plan.ReasonGone, Before: version(1)})
	}
	s := sectionOf(t, header(), rows...)
	var text, markdown strings.Builder
	if err := WriteDeletes(&text, s, TextOptions{}); err != nil || strings.Count(text.String(), "  - file") != many {
		t.Errorf("text: %d rows, %v", strings.Count(text.String(), "  - file"), err)
	}
	if err := WriteDeletesMarkdown(&markdown, s); err != nil || strings.Count(markdown.String(), "| `file") != many {
		t.Errorf("Markdown: %d rows, %v", strings.Count(markdown.String(), "| `file"), err)
	}
}

func TestMarkdownText(t *testing.T) {
	if got, want := MarkdownText("a *b* <i>\x1b\n@c"), `a \*b\* \<i\>\\x1b \@c`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
