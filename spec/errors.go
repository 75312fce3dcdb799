package spec

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// FieldError is one problem of a spec file, with its place and, where there is
// one, the way out. The place is that of the value; of the name, when that is
// wrong; and of what surrounds it, when something is missing. Of the content of
// the file it holds names and short values only, never what may be a secret.
type FieldError struct {
	File   string // the path as given
	Line   int    // from 1
	Column int    // from 1, in characters
	Field  string // such as "mappings[0].transfer.partSize"; "" when the problem is not in a field
	What   string // what is wrong: a lower-case noun phrase
	Hint   string // what to do; may be empty
}

// Error returns "file:line:column: field: what: hint"; an empty field or hint
// is left out with its colon.
func (e *FieldError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	for _, n := range []int{e.Line, e.Column} {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(n))
	}
	for _, part := range []string{e.Field, e.What, e.Hint} {
		if part != "" {
			b.WriteString(": ")
			b.WriteString(part)
		}
	}
	return b.String()
}

// Errors holds every problem of a spec file, sorted by place. It is never
// empty when it is returned as an error.
type Errors []*FieldError

// Error returns the problems, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, problem := range e {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems one by one, for errors.As.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, problem := range e {
		list[i] = problem
	}
	return list
}

// sortByPlace puts the problems into the order of the file.
func (e Errors) sortByPlace() {
	slices.SortStableFunc(e, func(a, b *FieldError) int {
		return cmp.Or(
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Field, b.Field),
			strings.Compare(a.What, b.What),
		)
	})
}

// problem is what is wrong with one value, before its place is known. One
// without words is no problem.
type problem struct{ what, hint string }

// ErrChanged means that a spec file was written to while Load read it.
var ErrChanged = errors.New("file changed while it was read")
