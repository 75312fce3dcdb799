package manual

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// Markdown returns a page that describes every command of the program.
func Markdown(app *kong.Application) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", app.Name, app.Help)
	b.WriteString("This page is made from the program, which tells the same with `--help`.\n\n")
	b.WriteString("| command | does |\n| --- | --- |\n")
	list := pages(app)
	for _, p := range list {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", p.path, strings.ReplaceAll(p.path, " ", "-"), markdownText(p.about))
	}
	b.WriteString("\nEvery command has these flags:\n\n")
	writeTable(&b, "flag", flags(app.Node))
	for _, p := range list {
		writeSection(&b, p)
	}
	return b.String()
}

func writeSection(b *strings.Builder, p page) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n```text\n%s\n```\n", p.path, markdownText(p.about), strings.TrimSpace(p.path+" "+p.synopsis))
	for _, paragraph := range p.text {
		fmt.Fprintf(b, "\n%s\n", markdownText(paragraph))
	}
	for _, table := range []struct {
		name    string
		entries []entry
	}{{"argument", p.arguments}, {"flag", p.flags}} {
		if len(table.entries) > 0 {
			b.WriteByte('\n')
			writeTable(b, table.name, table.entries)
		}
	}
	if p.exits != "" {
		fmt.Fprintf(b, "\nExit codes: %s\n", markdownText(p.exits))
	}
}

func writeTable(b *strings.Builder, name string, entries []entry) {
	fmt.Fprintf(b, "| %s | |\n| --- | --- |\n", name)
	for _, e := range entries {
		fmt.Fprintf(b, "| `%s` | %s |\n", strings.ReplaceAll(e.form, "|", `\|`), markdownText(e.help))
	}
}

// markdownText returns plain text as Markdown shows it. What stands in back quotes
// is left alone: help texts write commands in them.
func markdownText(text string) string {
	special := strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "|", `\|`, "$", `\$`)
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = special.Replace(parts[i])
	}
	return strings.Join(parts, "`")
}
