package manual

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

type planCmd struct {
	File   string `short:"f" default:"a.yaml" placeholder:"SPEC" help:"The spec. Default: a.yaml."`
	Format string `enum:"text,json" default:"text" help:"The form."`
	Secret string `hidden:"" help:"Not told."`
	Path   string `arg:"" optional:"" help:"A 'path' or \"*\"."`
}

func (*planCmd) Help() string {
	return ".begins with a dot, and has \\ and `code_<x>`,\ntwo_lines.\n\nA second paragraph.\n\nExit codes: 0 done."
}

type grammar struct {
	Quiet  bool     `short:"q" help:"Say less."`
	Plan   planCmd  `cmd:"" help:"Show what would be done."`
	Bare   struct{} `cmd:"" help:"Nothing else."`
	Hidden struct{} `cmd:"" hidden:"" help:"Not told."`
}

func application(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(&grammar{}, kong.Name("program"), kong.Description("Does it."))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

const wantMarkdown = "# program\n" + `
Does it.

This page is made from the program, which tells the same with ` + "`--help`" + `.

| command | does |
| --- | --- |
| [` + "`program plan`" + `](#program-plan) | Show what would be done. |
| [` + "`program bare`" + `](#program-bare) | Nothing else. |

Every command has these flags:

| flag | |
| --- | --- |
| ` + "`-h, --help`" + ` | Show context-sensitive help. |
| ` + "`-q, --quiet`" + ` | Say less. |

## program plan

Show what would be done.

` + "```text\nprogram plan [<path>] [flags]\n```" + `

.begins with a dot, and has \\ and ` + "`code_<x>`" + `, two\_lines.

A second paragraph.

| argument | |
| --- | --- |
| ` + "`[<path>]`" + ` | A 'path' or "\*". |

| flag | |
| --- | --- |
| ` + "`-f, --file=SPEC`" + ` | The spec. Default: a.yaml. |
| ` + "`--format=text\\|json`" + ` | The form. Default: text. |

Exit codes: 0 done.

## program bare

Nothing else.

` + "```text\nprogram bare [flags]\n```\n"

func TestMarkdown(t *testing.T) {
	if diff := cmp.Diff(wantMarkdown, Markdown(application(t))); diff != "" {
		t.Error(diff)
	}
}

const wantPage = `.TH PROGRAM\-PLAN 1 "" "program v1\-rc" "program manual"
.SH NAME
program\-plan \- Show what would be done
.SH SYNOPSIS
.B program plan
[<path>] [flags]
.SH DESCRIPTION
\&.begins with a dot, and has \e and \(gacode_<x>\(ga, two_lines.
.PP
A second paragraph.
.SH ARGUMENTS
.TP
\fB[<path>]\fR
A \(aqpath\(aq or \(dq*\(dq.
.SH OPTIONS
.TP
\fB\-f, \-\-file=SPEC\fR
The spec. Default: a.yaml.
.TP
\fB\-\-format=text|json\fR
The form. Default: text.
.SH COMMON OPTIONS
.TP
\fB\-h, \-\-help\fR
Show context\-sensitive help.
.TP
\fB\-q, \-\-quiet\fR
Say less.
.SH EXIT STATUS
0 done.
.SH SEE ALSO
.BR program (1)
`

func TestPages(t *testing.T) {
	pages := Pages(application(t), "v1-rc")
	var names []string
	for _, page := range pages {
		names = append(names, page.Name)
	}
	if diff := cmp.Diff([]string{"program.1", "program-plan.1", "program-bare.1"}, names); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(wantPage, pages[1].Text); diff != "" {
		t.Error(diff)
	}
}

// TestPagesLint: mandoc, which is stricter than groff, finds nothing but what is
// meant: there is no date, and lines are as long as they come.
func TestPagesLint(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("no mandoc")
	}
	for _, page := range Pages(application(t), "v1") {
		lint := exec.Command(mandoc, "-T", "lint")
		lint.Stdin = strings.NewReader(page.Text)
		told, _ := lint.CombinedOutput() // its exit code counts the date
		for line := range strings.Lines(string(told)) {
			if !strings.Contains(line, "missing date") && !strings.Contains(line, "longer than 80 bytes") {
				t.Errorf("%s: %s", page.Name, line)
			}
		}
	}
}
