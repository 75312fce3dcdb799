package ui

import (
	"fmt"
	"io"
	"strings"

	"github.com/osssync/osssync/plan"
)

// maxMarkdown bounds a Markdown view in bytes: the comment of a pull request
// takes 65,536 characters.
const maxMarkdown = 65_000

// WriteMarkdown writes plans as one comment of at most 65,000 bytes: for each
// mapping what stops it, the totals, and the rows folded away. Rows for which
// there is no room are counted. trips holds those of each section, and may be
// shorter than sections. The error is one of a section or of w.
func WriteMarkdown(w io.Writer, sections []*plan.Section, trips [][]plan.Trip) error {
	room := maxMarkdown
	for i, s := range sections {
		// Each section may use an equal share of what the ones before have left.
		m := markdown{room: room / (len(sections) - i)}
		var stops []plan.Trip
		if i < len(trips) {
			stops = trips[i]
		}
		if err := m.section(s, stops); err != nil {
			return err
		}
		room -= m.Len()
		if _, err := io.WriteString(w, m.String()); err != nil {
			return err
		}
	}
	return nil
}

// markdown collects one section.
type markdown struct {
	strings.Builder
	room int // bytes for the whole section
}

// closing is kept free for what ends the list of rows.
const closing = 100

func (m *markdown) section(s *plan.Section, trips []plan.Trip) error {
	h := &s.Header
	fmt.Fprintf(m, "### osssync: %s\n\n%s %s and %s (prune: %s)\n\n",
		code(Name(h.Mapping)), code(h.Direction), code(Name(h.Root)), code(Name("oss://"+h.Bucket+"/"+h.Prefix)), code(h.Prune))
	for _, trip := range trips {
		fmt.Fprintf(m, "> **Stopped by a guard. Nothing was changed.** %s. %s\n\n", code(trip.Fact), code(trip.Hint))
	}
	sum := totalsOf(&s.Summary, h.Prune)
	fmt.Fprintf(m, "%s\n", sum.head)
	for _, line := range sum.due {
		fmt.Fprintf(m, "- %s\n", line)
	}
	for _, line := range sum.tail {
		fmt.Fprintf(m, "\n%s\n", line)
	}
	m.WriteString("\n")
	total := shownRows(&s.Summary)
	if total == 0 {
		return nil
	}
	fmt.Fprintf(m, "<details><summary>%s</summary>\n\n| | path | size | why |\n| --- | --- | ---: | --- |\n", Count(total, "row"))
	written, err := m.rows(s)
	if err != nil {
		return err
	}
	if more := total - written; more > 0 {
		fmt.Fprintf(m, "\nand %s more\n", Number(more))
	}
	m.WriteString("\n</details>\n\n")
	return nil
}

// rows writes rows as long as there is room and returns how many it wrote.
func (m *markdown) rows(s *plan.Section) (written int64, err error) {
	for a, err := range s.Rows() {
		if err != nil {
			return written, err
		}
		r := describe(a, s.Header.Made, true)
		if r.kind == kindHidden {
			continue
		}
		why := cell(r.why)
		for _, header := range r.headers {
			why += "<br>" + code(header)
		}
		line := fmt.Sprintf("| %s | %s | %s | %s |\n", code(appearances[r.kind].glyph), code(r.name), r.size, why)
		if m.Len()+len(line)+closing > m.room {
			break
		}
		m.WriteString(line)
		written++
	}
	return written, nil
}

// code returns text as a span of code that also fits into a table. Nothing in it
// is taken for markup, a mention or a link.
func code(text string) string {
	text = strings.ReplaceAll(Clean(text), "\n", " ")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	// Tables split at bars before they look at code.
	return fence + strings.ReplaceAll(text, "|", `\|`) + fence
}

// MarkdownText returns text for a line of Markdown, with all markup escaped.
func MarkdownText(text string) string { return cell(strings.ReplaceAll(Clean(text), "\n", " ")) }

// cell returns words for a cell of a table, with all markup escaped.
func cell(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>#|@~&!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
