package spec

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxProblems is how many problems of one file are told. Beyond it they are
// counted only.
const maxProblems = 100

// decoder turns the tree of one spec file into values and gathers what is
// wrong on the way.
type decoder struct {
	file         string
	lines        int    // of the file, at least 1
	dir          string // absolute
	problems     Errors
	bad          map[*yaml.Node]bool // already reported, not to be looked at again
	alternatives int                 // of all patterns so far
}

// report adds a problem. What is missing at the end of a file, the YAML parser
// may place in the line after the last one.
func (d *decoder) report(at place, wrong problem) {
	if at.line > d.lines {
		at.line, at.column = d.lines, 1
	}
	d.problems = append(d.problems, &FieldError{
		File: d.file, Line: at.line, Column: at.column,
		Field: at.field, What: wrong.what, Hint: wrong.hint,
	})
}

// err returns the problems in the order of the file, or nil.
func (d *decoder) err() error {
	if len(d.problems) == 0 {
		return nil
	}
	d.problems.sortByPlace()
	if more := len(d.problems) - maxProblems; more > 0 {
		last := *d.problems[maxProblems-1]
		last.Field, last.What, last.Hint = "", fmt.Sprintf("%d more problems", more+1), "mend the ones above first"
		d.problems = append(d.problems[:maxProblems-1:maxProblems-1], &last)
	}
	return d.problems
}

// value is what stands, or does not stand, in a field.
type value struct {
	node *yaml.Node // nil when the field is absent
	at   place      // of the value, or of the record it is missing in
}

// standIn returns the value of an absent field as if text stood there.
func (v value) standIn(text string) value {
	return value{&yaml.Node{Kind: yaml.ScalarNode, Value: text}, v.at}
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    place // of the key
	value value
}

// entries returns the entries of a mapping in the order of the file, without
// those that are already reported. ok is false when v is no mapping.
func (d *decoder) entries(v value) (list []entry, ok bool) {
	if !d.is(v, yaml.MappingNode, "a mapping") {
		return nil, false
	}
	for i := 0; i < len(v.node.Content); i += 2 {
		key, node := v.node.Content[i], v.node.Content[i+1]
		if d.bad[key] {
			continue
		}
		field := v.at.child(key.Value).field
		list = append(list, entry{key.Value, placeOf(key, field), value{node, placeOf(node, field)}})
	}
	return list, true
}

// items returns the items of a list of least to most of them, or nothing when v
// is no such list.
func (d *decoder) items(v value, least, most int) []value {
	if !d.is(v, yaml.SequenceNode, "a list") || !d.counts(v, "items", len(v.node.Content), least, most) {
		return nil
	}
	list := make([]value, len(v.node.Content))
	for i, node := range v.node.Content {
		list[i] = value{node, placeOf(node, v.at.item(i).field)}
	}
	return list
}

// counts reports whether n is from least to most, and says so in the report if
// not.
func (d *decoder) counts(v value, things string, n, least, most int) bool {
	if n < least || n > most {
		d.report(v.at, problem{fmt.Sprintf("%d %s", n, things), fmt.Sprintf("%d to %d", least, most)})
		return false
	}
	return true
}

// is reports whether v has the kind that is wanted, and says so in the report
// if not.
func (d *decoder) is(v value, kind yaml.Kind, wanted string) bool {
	switch {
	case d.bad[v.node]:
		return false
	case v.node.ShortTag() == "!!null":
		d.report(v.at, problem{"no value", "it holds " + wanted})
		return false
	case v.node.Kind != kind:
		wrong := problem{nounOf(v.node) + " instead of " + wanted, ""}
		if kind == yaml.SequenceNode && v.node.Kind == yaml.ScalarNode {
			wrong.hint = "put it in brackets"
		}
		d.report(v.at, wrong)
		return false
	}
	return true
}

// nounOf names what a node is.
func nounOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!int":
		return "a number"
	case "!!float":
		return "a floating-point number"
	case "!!bool":
		return "true or false"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}

// unknownField reports an entry whose key is none of the known fields.
func (d *decoder) unknownField(e entry, known []string) {
	hint := oneOf(e.key, known)
	if isSecretName(e.key) {
		hint = "keys never stand in a spec; credentials names where they come from"
	}
	d.report(e.at, problem{"unknown field", hint})
}

// oneOf is the hint for a name that is none of the known ones: the nearest of
// them, or all.
func oneOf(name string, known []string) string {
	if near, found := nearest(name, known); found {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "one of " + strings.Join(known, ", ")
}

// isSecretName reports whether a field of this name would hold a secret.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"accesskey", "access_key", "secret", "password", "token"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
