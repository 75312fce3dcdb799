package bench

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// tool is a program that was looked for.
type tool struct {
	name    string
	version string
	missing bool
}

// table is what Run prints: the machine, one table in Markdown, the tools.
type table struct {
	began  time.Time
	load   string // when it began
	rounds int
	scale  int
	rows   []*result
	tools  []tool
}

var header = []string{"workload", "tool", "compares", "wall s", "ratio", "CPU s", "peak MiB", "requests"}

func (t *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s/%s, %d processors, load %s before and %s after, medians of %d", t.began.UTC().Format("2006-01-02 15:04 MST"), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), t.load, load(), t.rounds)
	if t.scale > 1 {
		fmt.Fprintf(&b, ", trees at a scale of 1:%d", t.scale)
	}
	b.WriteString("\n\n")
	lines := [][]string{header}
	for i, r := range t.rows {
		lines = append(lines, t.cells(r, i == 0 || t.rows[i-1].workload != r.workload))
	}
	writeMarkdown(&b, lines)
	b.WriteString("\n")
	for _, one := range t.tools {
		switch {
		case one.missing:
			fmt.Fprintf(&b, "- %s: not on PATH, left out\n", one.name)
		case one.version != "":
			fmt.Fprintf(&b, "- %s: %s\n", one.name, one.version)
		}
	}
	return b.String()
}

// cells are those of a line; the first of a workload has its title.
func (t *table) cells(r *result, first bool) []string {
	title := ""
	if first {
		title = r.workload.title
	}
	line := []string{title, r.variant.name(), r.variant.compares}
	if r.problem != "" || len(r.runs) == 0 {
		return append(line, "-", "-", "-", "-", cmp.Or(r.problem, "not run"))
	}
	ratio := "-"
	if wall := t.yardstick(r.workload); wall > 0 {
		ratio = fmt.Sprintf("%.2f", median(r.runs, wallOf)/wall)
	}
	memory := "-"
	if peak := median(r.runs, peakOf); peak > 0 {
		memory = fmt.Sprintf("%.0f", peak/mib)
	}
	return append(line, fmt.Sprintf("%.2f", median(r.runs, wallOf)), ratio, fmt.Sprintf("%.2f", median(r.runs, cpuOf)), memory, r.requests.String())
}

// yardstick is the wall time of the first run of osssync in a workload, to which the
// others are set in relation; 0 if there is none.
func (t *table) yardstick(w *workload) float64 {
	for _, r := range t.rows {
		if r.workload == w && r.variant.program.name == "osssync" && r.problem == "" && len(r.runs) > 0 {
			return median(r.runs, wallOf)
		}
	}
	return 0
}

func wallOf(m measure) float64 { return m.Wall.Seconds() }
func cpuOf(m measure) float64  { return m.CPU.Seconds() }
func peakOf(m measure) float64 { return float64(m.Peak) }

// median is that of a figure of the runs, the mean of the two in the middle of an even
// number of them.
func median(runs []measure, of func(measure) float64) float64 {
	figures := make([]float64, len(runs))
	for i, m := range runs {
		figures[i] = of(m)
	}
	slices.Sort(figures)
	half := len(figures) / 2
	if len(figures)%2 == 0 {
		return (figures[half-1] + figures[half]) / 2
	}
	return figures[half]
}

// writeMarkdown writes a table whose columns are aligned, figures to the right.
func writeMarkdown(b *strings.Builder, lines [][]string) {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), len("---"))
		}
	}
	write := func(line []string) {
		for i, cell := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if isFigure(i) {
				cell = pad + cell
			} else {
				cell += pad
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	write(lines[0])
	rule := make([]string, len(widths))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
		if isFigure(i) {
			rule[i] = rule[i][1:] + ":"
		}
	}
	write(rule)
	for _, line := range lines[1:] {
		write(line)
	}
}

// isFigure reports whether a column of the header has figures.
func isFigure(column int) bool { return column >= 3 && column <= 6 }

// load is how many processes were ready to run in the last minute, "unknown" where the
// system has no file for that.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
