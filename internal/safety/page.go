package safety

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
)

//go:embed page.md.tmpl
var pageText string

// section is one chapter of the table.
type section struct {
	Title string
	Rows  []tableRow
}

type tableRow struct {
	row
	Tests []proof
}

// Page returns the text of docs/safety.md for the tests of a module, whose root
// module is. The error lists everything that keeps the page from being true: rows
// missing, double or out of place; rows that neither a test proves nor a limit
// excuses; tests whose name begins with the id of no row; files that do not parse.
func Page(module fs.FS) ([]byte, error) {
	page, err := load(rowsText, claimsText, figuresText, module)
	if err != nil {
		return nil, fmt.Errorf("safety page: %w", err)
	}
	functions := template.FuncMap{"cell": cell, "join": strings.Join}
	t, err := template.New("safety").Funcs(functions).Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("safety page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, page); err != nil {
		return nil, fmt.Errorf("safety page: %w", err)
	}
	return b.Bytes(), nil
}

// page is what the template shows.
type page struct {
	Claims   []claim
	Sections []section
	Rows     int
	Proved   int // rows that have a test
	Tests    int // each counted for every row it proves
	Limits   []row
	Figures  []figure
}

func load(rows, claims, figures string, module fs.FS) (*page, error) {
	all, rowsErr := parseRows(rows)
	promises, claimsErr := parseClaims(claims)
	runs, figuresErr := parseFigures(figures)
	proofs, proofsErr := collect(module)
	if err := errors.Join(rowsErr, claimsErr, figuresErr, proofsErr); err != nil {
		return nil, err
	}
	if err := checkProofs(all, proofs); err != nil {
		return nil, err
	}
	p := &page{Claims: promises, Rows: len(all), Figures: runs}
	for _, c := range chapters {
		s := section{Title: c.title}
		for _, r := range all[:c.last] {
			tests := proofs[r.ID]
			s.Rows = append(s.Rows, tableRow{r, tests})
			p.Tests += len(tests)
			if len(tests) > 0 {
				p.Proved++
			}
			if r.Limit != "" {
				p.Limits = append(p.Limits, r)
			}
		}
		all = all[c.last:]
		p.Sections = append(p.Sections, s)
	}
	return p, nil
}

// cell makes text fit into one cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}
