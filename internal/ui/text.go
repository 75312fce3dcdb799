package ui

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/osssync/osssync/plan"
)

// TextOptions are the optional settings of [WriteText]. The zero value is for a
// file or a pipe.
type TextOptions struct {
	Width   int  // columns of the terminal; 0 means 80, less than 40 counts as 40
	Color   bool // SGR colors
	Verbose bool // all headers of uploads
	All     bool // all rows, however many
}

func (o TextOptions) withDefaults() TextOptions {
	if o.Width == 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, 40)
	return o
}

// foldAbove is how many rows a plan may have to be shown whole: some screens
// full, which a person still reads.
const foldAbove = 200

// WriteText writes the plan of one mapping for a person: what it is for, which
// guards stop it, its rows with their reasons, and the totals. A plan of more
// than 200 rows is folded: of each kind the first rows are shown and the others
// counted. Rows are read from the section as they are written; at most some
// hundred are held. The error is one of the section or of w.
func WriteText(w io.Writer, s *plan.Section, trips []plan.Trip, opts TextOptions) error {
	t := text{TextOptions: opts.withDefaults(), out: bufio.NewWriter(w), now: s.Header.Made}
	t.heading(&s.Header)
	t.trips(trips)
	if rows := shownRows(&s.Summary); rows > 0 {
		write := t.rows
		if rows > foldAbove && !t.All {
			write = t.folded
		}
		if err := write(s); err != nil {
			return err
		}
		t.legend()
	}
	t.totals(totalsOf(&s.Summary, s.Header.Prune))
	return t.out.Flush()
}

// shownRows counts the rows that concern more than the index.
func shownRows(s *plan.Summary) int64 { return s.Changes() + s.Keep.Objects + s.Conflicts + s.Skips }

// text writes one section. Errors of out show when it is flushed.
type text struct {
	TextOptions
	out  *bufio.Writer
	now  time.Time
	name int                    // columns of the names
	seen [len(appearances)]bool // kinds that were shown

	deletes bool // nothing but deletes
}

func (t *text) heading(h *plan.Header) {
	local, remote := Name(h.Root), Name("oss://"+h.Bucket+"/"+h.Prefix)
	from, to := local, remote
	if h.Direction == "pull" {
		from, to = remote, local
	}
	line := fmt.Sprintf("Mapping %s: %s %s to %s (prune: %s)", Name(h.Mapping), Name(h.Direction), from, to, Name(h.Prune))
	fmt.Fprintf(t.out, "%s\n", t.paint("1", line))
}

func (t *text) trips(trips []plan.Trip) {
	for _, trip := range trips {
		fmt.Fprintf(t.out, "\n  %s\n", t.paint("1;31", "STOPPED by a guard. Nothing was changed."))
		t.wrapped("    "+Clean(trip.Fact), "    ")
		t.wrapped("    "+Clean(trip.Hint), "    ")
	}
}

// rows writes all rows in their order. The columns follow from the first rows.
func (t *text) rows(s *plan.Section) error {
	t.out.WriteString("\n")
	var first []row
	for a, err := range s.Rows() {
		if err != nil {
			return err
		}
		r := describe(a, t.now, t.Verbose)
		switch {
		case r.kind == kindHidden, t.deletes && r.kind != kindDelete:
		case t.name > 0:
			t.row(r)
		default:
			first = append(first, r)
			if len(first) == foldAbove {
				t.block(first)
			}
		}
	}
	if t.name == 0 {
		t.block(first)
	}
	return nil
}

// folded writes the first rows of each kind, and how many more there are. It reads
// no further than to the last row that it shows, if the summary tells the rest.
func (t *text) folded(s *plan.Section) error {
	var (
		first [len(appearances)][]row
		all   []row
	)
	count, told := countKinds(&s.Summary)
	var due int64 // rows to be shown
	for k, n := range count {
		due += min(n, int64(appearances[k].fold))
	}
	for a, err := range s.Rows() {
		if err != nil {
			return err
		}
		k := kindOf(a)
		if k == kindHidden {
			continue
		}
		if !told {
			count[k]++
		}
		if len(first[k]) < appearances[k].fold {
			r := describe(a, t.now, t.Verbose)
			first[k], all = append(first[k], r), append(all, r)
		}
		if told && int64(len(all)) == due {
			break
		}
	}
	t.measure(all)
	for k, rows := range first {
		if len(rows) == 0 {
			continue
		}
		t.out.WriteString("\n")
		for _, r := range rows {
			t.row(r)
		}
		if more := count[k] - int64(len(rows)); more > 0 {
			fmt.Fprintf(t.out, "    and %s (shown with --all)\n", beyond(kind(k), more))
		}
	}
	return nil
}

// beyond tells of n rows of a kind that they are not shown.
func beyond(k kind, n int64) string {
	parts := []string{Number(n), "more"}
	if noun := appearances[k].noun; noun != "" {
		parts = append(parts, plan.Plural(n, noun))
	}
	return strings.Join(append(parts, appearances[k].more), " ")
}

func (t *text) block(rows []row) {
	t.measure(rows)
	for _, r := range rows {
		t.row(r)
	}
}

// measure sets the column of the names: as wide as the widest, but at most half
// of the line.
func (t *text) measure(rows []row) {
	t.name = 1
	for _, r := range rows {
		t.name = max(t.name, min(runewidth.StringWidth(r.name), t.Width/2))
	}
}

// row writes one row. What does not fit beside the name stands below it: a name
// is never cut, since people copy it.
func (t *text) row(r row) {
	t.seen[r.kind] = true
	glyph := t.paint(appearances[r.kind].color, appearances[r.kind].glyph)
	line := fmt.Sprintf("%s  %8s  %s", runewidth.FillRight(r.name, t.name), r.size, r.why)
	if runewidth.StringWidth(r.name) <= t.name && runewidth.StringWidth(line)+4 <= t.Width {
		fmt.Fprintf(t.out, "  %s %s\n", glyph, line)
	} else {
		below := r.why
		if r.size != "" {
			below = r.size + ", " + r.why
		}
		fmt.Fprintf(t.out, "  %s %s\n", glyph, r.name)
		t.wrapped("        "+below, "        ")
	}
	for _, header := range r.headers {
		fmt.Fprintf(t.out, "        %s\n", header)
	}
}

// legend explains the glyphs that were shown.
func (t *text) legend() {
	var words []string
	for k, seen := range t.seen {
		if seen {
			words = append(words, t.paint(appearances[k].color, appearances[k].glyph)+" "+appearances[k].legend)
		}
	}
	t.out.WriteString("\n")
	words[0] = "  (" + words[0]
	for i := range words[:len(words)-1] {
		words[i] += ","
	}
	words[len(words)-1] += ")"
	t.flow(words, "   ")
	t.out.WriteString("\n")
}

func (t *text) totals(sum totals) {
	t.wrapped(sum.head, "    ")
	for _, line := range sum.due {
		t.wrapped("  "+line, "    ")
	}
	for _, line := range sum.tail {
		t.wrapped(line, "    ")
	}
}

// paint sets s in a color.
func (t *text) paint(sgr, s string) string {
	if !t.Color {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}
