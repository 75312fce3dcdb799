package manual

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// Page is one manual page of section 1.
type Page struct {
	Name string // of its file, such as "osssync-plan.1"
	Text string // in the macros of man(7)
}

// Pages returns the manual pages of the program, its own first. The version
// stands at their foot. They bear no date, so that a build can be repeated.
func Pages(app *kong.Application, version string) []Page {
	list := pages(app)
	all := []Page{{app.Name + ".1", programPage(app, list, version)}}
	for _, p := range list {
		name := manName(p.path)
		all = append(all, Page{name + ".1", commandPage(app, p, version)})
	}
	return all
}

func manName(path string) string { return strings.ReplaceAll(path, " ", "-") }

func programPage(app *kong.Application, list []page, version string) string {
	var b strings.Builder
	header(&b, app, app.Name, version, app.Help)
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n.I command\n.RI [ flags ]\n", roff(app.Name))
	b.WriteString(".SH COMMANDS\n")
	for _, p := range list {
		fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(manName(p.path)), roffLine(p.about))
	}
	b.WriteString(".SH OPTIONS\nEvery command has these.\n")
	definitions(&b, flags(app.Node))
	b.WriteString(".SH EXIT STATUS\nThe page of each command has its exit codes. A code means the same for all of them.\n")
	return b.String()
}

func commandPage(app *kong.Application, p page, version string) string {
	var b strings.Builder
	header(&b, app, manName(p.path), version, p.about)
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(p.path))
	if p.synopsis != "" {
		fmt.Fprintln(&b, roffLine(p.synopsis))
	}
	if len(p.text) > 0 {
		b.WriteString(".SH DESCRIPTION\n")
	}
	for i, paragraph := range p.text {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		fmt.Fprintln(&b, roffLine(paragraph))
	}
	for _, section := range []struct {
		name    string
		entries []entry
	}{{"ARGUMENTS", p.arguments}, {"OPTIONS", p.flags}, {"COMMON OPTIONS", flags(app.Node)}} {
		if len(section.entries) > 0 {
			fmt.Fprintf(&b, ".SH %s\n", section.name)
			definitions(&b, section.entries)
		}
	}
	if p.exits != "" {
		fmt.Fprintf(&b, ".SH EXIT STATUS\n%s\n", roffLine(p.exits))
	}
	fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(app.Name))
	return b.String()
}

func header(b *strings.Builder, app *kong.Application, name, version, about string) {
	fmt.Fprintf(b, ".TH %s 1 \"\" \"%s %s\" \"%s manual\"\n", roff(strings.ToUpper(name)), roff(app.Name), roff(version), roff(app.Name))
	fmt.Fprintf(b, ".SH NAME\n%s \\- %s\n", roff(name), roff(strings.TrimSuffix(about, ".")))
}

func definitions(b *strings.Builder, entries []entry) {
	for _, e := range entries {
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR\n%s\n", roff(e.form), roffLine(e.help))
	}
}

// roff returns text that troff sets as it stands, within a line.
func roff(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
}

// roffLine is roff for what stands at the beginning of a line, where a dot would
// begin a request.
func roffLine(text string) string {
	if text = roff(text); strings.HasPrefix(text, ".") {
		return `\&` + text
	}
	return text
}
