package safety

import (
	_ "embed"
	"fmt"
)

//go:embed figures.txt
var figuresText string

// figure is one run of the long harness that came to its end.
type figure struct {
	Date     string // of the run, YYYY-MM-DD
	Level    string // command and level
	Seed     string // of its random part, or "-"
	Counts   string // what was tried, and what was found
	Duration string // and on what
}

// parseFigures reads date | level | seed or - | counts | duration.
func parseFigures(text string) ([]figure, error) {
	var figures []figure
	for _, f := range records(text) {
		if len(f) != 5 {
			return nil, fmt.Errorf("figure of %q: %d fields, want date, level, seed, counts and duration", f[0], len(f))
		}
		figures = append(figures, figure{f[0], f[1], f[2], f[3], f[4]})
	}
	return figures, nil
}
