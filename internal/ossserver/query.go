package ossserver

import (
	"net/url"
	"strings"
)

// query holds the parameters of a request in the order they came. Names and
// values are decoded; a parameter without "=" has an empty value, and by OSS's
// rule an empty value says the same as an absent parameter.
type query []parameter

type parameter struct{ name, value string }

// maxParameters is the most parameters of a query: no operation has as many, and
// the work with them grows with their square.
const maxParameters = 100

// parseQuery decodes a raw query. "+" is a space, as in forms.
func parseQuery(raw string) (query, error) {
	var q query
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		if len(q) == maxParameters {
			return nil, invalidArgument("There are more than %d query parameters.", maxParameters)
		}
		n, v, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(n)
		if err != nil {
			return nil, invalidArgument("The query parameter name %q is not well encoded.", n)
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return nil, invalidArgument("The value of the query parameter %q is not well encoded.", name)
		}
		if q.has(name) {
			return nil, invalidArgument("The query parameter %q appears twice.", name)
		}
		q = append(q, parameter{name, value})
	}
	return q, nil
}

func (q query) has(name string) bool {
	for _, p := range q {
		if p.name == name {
			return true
		}
	}
	return false
}

// get returns the value of a parameter, empty when it is absent.
func (q query) get(name string) string {
	for _, p := range q {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// hasAll reports whether each of the space-separated needs is met: "name" by
// presence, "name=value" by that value.
func (q query) hasAll(needs string) bool {
	for need := range strings.FieldsSeq(needs) {
		name, value, fixed := strings.Cut(need, "=")
		if !q.has(name) || fixed && q.get(name) != value {
			return false
		}
	}
	return true
}

// values converts to the standard library's form, for hooks.
func (q query) values() url.Values {
	v := make(url.Values, len(q))
	for _, p := range q {
		v.Set(p.name, p.value)
	}
	return v
}
