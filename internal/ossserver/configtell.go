package ossserver

import (
	"bytes"
	"encoding/xml"
	"regexp"
)

// lowerElement matches what the service tells in lower case in the documents of
// bucket settings: flags, which it takes as True too, and the names of headers.
var lowerElement = regexp.MustCompile(`<(PassQueryString|MirrorPassQueryString|MirrorFollowRedirect|MirrorCheckMd5|PassAll|` +
	`ExpiredObjectDeleteMarker|IsAccessTime|ReturnToStdWhenVisit|AllowSmallFile|` +
	`AllowEmptyReferer|AllowTruncateQueryString|ResponseVary)>(?i:true|false)</|<AllowedHeader>[^<]*</`)

// told returns a document as the service gives it back: with some words in lower
// case, and with the flag that has a default.
func (f config) told(doc []byte) []byte {
	if f.json {
		return doc
	}
	doc = lowerElement.ReplaceAllFunc(doc, func(element []byte) []byte {
		at := bytes.IndexByte(element, '>')
		return append(element[:at:at], bytes.ToLower(element[at:])...)
	})
	if f.flag == (parameter{}) {
		return doc
	}
	return withDefault(doc, f.flag)
}

// withDefault adds an element to the end of the root of a document that has none
// of its name there.
func withDefault(doc []byte, flag parameter) []byte {
	d, depth := xml.NewDecoder(bytes.NewReader(doc)), 0
	for {
		at := d.InputOffset()
		token, err := d.RawToken()
		if err != nil {
			return doc
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 2 && t.Name.Local == flag.name {
				return doc
			}
		case xml.EndElement:
			if depth--; depth == 0 {
				w := &xmlWriter{buf: bytes.Clone(doc[:at])}
				w.text(flag.name, flag.value)
				return append(w.bytes(), doc[at:]...)
			}
		}
	}
}
