package spec

import (
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"
)

// place is a position in the file.
type place struct {
	line, column int    // from 1
	field        string // path of the field there; "" outside of any
}

func placeOf(n *yaml.Node, field string) place { return place{n.Line, n.Column, field} }

// child returns the place for what is said of a field of the record at p, when
// all that is known is where the record begins.
func (p place) child(name string) place {
	if !fieldName.MatchString(name) {
		name = quote(name)
	}
	if p.field != "" {
		name = p.field + "." + name
	}
	return place{p.line, p.column, name}
}

// item returns the place for what is said of an item of the list at p.
func (p place) item(i int) place {
	return place{p.line, p.column, fmt.Sprintf("%s[%d]", p.field, i)}
}

// fieldName is what may stand in the path of a field without quotes.
var fieldName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,59}$`)
