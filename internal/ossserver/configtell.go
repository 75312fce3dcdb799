package ossserver

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"regexp"
	"slices"
)

// lowerElement matches what the service tells in lower case in the documents of
// bucket settings: flags, which it takes as True too, and the names of headers.
var lowerElement = regexp.MustCompile(`<(PassQueryString|MirrorPassQueryString|MirrorFollowRedirect|MirrorCheckMd5|PassAll|` +
	`ExpiredObjectDeleteMarker|IsAccessTime|ReturnToStdWhenVisit|AllowSmallFile|` +
	`AllowEmptyReferer|AllowTruncateQueryString|ResponseVary)>(?i:true|false)</|<AllowedHeader>[^<]*</`)

// told returns a document as the service gives it back: with some words in lower
// case, and with the elements that have a default.
func (f config) told(doc []byte) []byte {
	if f.json {
		return doc
	}
	if f.rewrite != nil {
		doc = f.rewrite(doc)
	}
	doc = lowerElement.ReplaceAllFunc(doc, func(element []byte) []byte {
		at := bytes.IndexByte(element, '>')
		return append(element[:at:at], bytes.ToLower(element[at:])...)
	})
	if f.defaults == nil {
		return doc
	}
	return withDefaults(doc, f.defaults)
}

// elementDefault is an element that the service tells of each parent without it.
type elementDefault struct {
	parent, name, value string
	like                string // the sibling whose value it always has, or else the default
}

// mirrored stands for a <Redirect> of the type that fetches from elsewhere.
const mirrored = "Redirect of type Mirror"

func mirrorDefaults() []elementDefault {
	return []elementDefault{
		{parent: mirrored, name: "PassQueryString", value: "false", like: "MirrorPassQueryString"},
		{parent: mirrored, name: "MirrorPassQueryString", value: "false"},
		{parent: mirrored, name: "MirrorFollowRedirect", value: "true"},
		{parent: mirrored, name: "MirrorCheckMd5", value: "false"},
		{parent: "MirrorHeaders", name: "PassAll", value: "false"},
	}
}

// element is one that a document has open.
type element struct {
	name     string
	children map[string]child
}

// child is the last of a name in an element: its text, and where that is.
type child struct {
	text     string
	from, to int64
}

// edit puts a text in the place of what a document has between two offsets.
type edit struct {
	from, to int64
	text     []byte
}

// withDefaults adds what is missing to the end of each parent in a document that
// is well formed, and sets what is as its sibling. Elements that are written as
// empty tags stay as they are.
func withDefaults(doc []byte, defaults []elementDefault) []byte {
	var edits []edit
	d := xml.NewDecoder(bytes.NewReader(doc))
	open := []element{{children: make(map[string]child)}}
	for {
		at := d.InputOffset()
		token, err := d.RawToken()
		if err != nil {
			return applyEdits(doc, edits)
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			top.children[t.Name.Local] = child{}
			open = append(open, element{t.Name.Local, make(map[string]child)})
		case xml.CharData:
			if len(open) > 1 {
				open[len(open)-2].children[top.name] = child{string(t), at, d.InputOffset()}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
			if !bytes.HasPrefix(doc[at:], []byte("</")) {
				continue
			}
			for _, e := range defaults {
				if e.parent == top.kind() {
					edits = append(edits, e.edits(top, at)...)
				}
			}
		}
	}
}

// kind is the name of an element, or what elementDefault has in its place.
func (e element) kind() string {
	if e.name == "Redirect" && e.children["RedirectType"].text == "Mirror" {
		return mirrored
	}
	return e.name
}

// edits returns what brings a default into a parent that ends at an offset.
func (d elementDefault) edits(parent element, end int64) []edit {
	value := cmp.Or(parent.children[d.like].text, d.value)
	c, there := parent.children[d.name]
	switch {
	case !there:
		w := &xmlWriter{}
		w.text(d.name, value)
		return []edit{{end, end, w.bytes()}}
	case d.like != "" && c.text != "" && c.text != value:
		return []edit{{c.from, c.to, appendEscaped(nil, value)}}
	}
	return nil
}

// applyEdits returns a document with edits that do not overlap.
func applyEdits(doc []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := int64(0)
	for _, e := range edits {
		out = append(append(out, doc[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, doc[at:]...)
}
