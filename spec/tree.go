package spec

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxDepth is how deep lists and mappings may be nested; the language itself
// needs six levels.
const maxDepth = 32

const writeOut = "write the values out"

var emptyFile = problem{"empty file", `a spec begins with "version: 1"`}

// compose parses data, which checkText has passed, into the tree of its only
// document. It returns nil when there is none.
func (d *decoder) compose(data []byte) *yaml.Node {
	stream := yaml.NewDecoder(bytes.NewReader(data))
	var document yaml.Node
	switch err := stream.Decode(&document); {
	case err == io.EOF:
		d.report(place{line: 1, column: 1}, emptyFile)
		return nil
	case err != nil:
		d.reportSyntax(err, data)
		return nil
	}
	root := document.Content[0]
	if root.ShortTag() == "!!null" {
		d.report(placeOf(root, ""), emptyFile)
		return nil
	}
	var second yaml.Node
	switch err := stream.Decode(&second); {
	case err == io.EOF:
	case err != nil:
		d.reportSyntax(err, data)
	default:
		d.report(place{line: second.Line, column: second.Column}, problem{"second document", "a spec file holds one document"})
	}
	d.checkTree(root, "", 1)
	return root
}

var syntaxError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// reportSyntax reports what the YAML parser says. Its messages are fixed texts,
// but for one that quotes the file.
func (d *decoder) reportSyntax(err error, data []byte) {
	at, what := place{line: 1, column: 1}, err.Error()
	if m := syntaxError.FindStringSubmatch(what); m != nil {
		what = m[2]
		if line, err := strconv.Atoi(m[1]); err == nil {
			at.line = line
		}
	}
	if strings.HasPrefix(what, "did not find expected") {
		// yaml.v3 counts lines from 0 in what its parser reports, and from 1 in
		// what its scanner reports.
		at.line++
	}
	if name, found := strings.CutPrefix(what, "unknown anchor '"); found {
		what = "alias of an unknown anchor"
		name, _, _ = strings.Cut(name, "'")
		before, _, _ := bytes.Cut(data, []byte("*"+name))
		at.line = 1 + bytes.Count(before, []byte("\n"))
	}
	d.report(at, problem{"malformed YAML", what})
}

// checkTree reports everything at and below n, at the given path, that YAML
// allows and a spec does not. What it reports is remembered as bad, so that it
// is reported once.
func (d *decoder) checkTree(n *yaml.Node, path string, depth int) {
	at := placeOf(n, path)
	if wrong := d.checkNode(n, depth); wrong.what != "" {
		d.report(at, wrong)
		d.bad[n] = true
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		d.checkKeys(n, at)
		for i := 0; i < len(n.Content); i += 2 {
			key, node := n.Content[i], n.Content[i+1]
			if d.bad[key] {
				continue
			}
			field := at.child(key.Value).field
			d.checkTree(key, field, depth+1)
			d.checkTree(node, field, depth+1)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			d.checkTree(item, at.item(i).field, depth+1)
		}
	}
}

func (d *decoder) checkNode(n *yaml.Node, depth int) problem {
	switch {
	case depth > maxDepth && n.Kind != yaml.ScalarNode:
		return problem{"more than 32 levels of nesting", ""}
	case n.Kind == yaml.AliasNode:
		return problem{"alias", writeOut}
	case n.Anchor != "":
		return problem{"anchor", writeOut}
	case n.Style&yaml.TaggedStyle != 0:
		return problem{"tag", "tags are not needed: the field tells the type"}
	}
	if r, found := hiddenRune(n.Value); found {
		return problem{fmt.Sprintf("control character %U in a value", r), "values are single lines of plain text"}
	}
	return problem{}
}

// checkKeys reports the keys of a mapping that are no plain, distinct names.
func (d *decoder) checkKeys(n *yaml.Node, at place) {
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		var wrong problem
		switch {
		case key.Kind == yaml.AliasNode:
			wrong = problem{"alias", writeOut}
		case key.ShortTag() == "!!merge":
			wrong = problem{"merge key", writeOut}
		case key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str":
			wrong = problem{"key that is not text", "names of fields are plain words"}
		case first[key.Value] != 0:
			wrong = problem{"duplicate key", fmt.Sprintf("it stands in line %d already", first[key.Value])}
		default:
			first[key.Value] = key.Line
			continue
		}
		field := at.field
		if key.Kind != yaml.MappingNode && key.Kind != yaml.SequenceNode {
			field = at.child(key.Value).field
		}
		d.report(placeOf(key, field), wrong)
		d.bad[key] = true
	}
}
