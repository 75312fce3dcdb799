package iter

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	// maxDepth bounds how deep elements that we do not know may be nested. Answers of the service go 4 deep.
	maxDepth = 32
	// maxRows bounds the memory that hostile markup can take. The service's pages have up to 1,000 entries.
	maxRows = 1 << 16
)

// scanner reads the little XML of listings, strictly: one root element, every element closed, no CDATA, no document
// type, no duplicate of a known element. It differs from a conforming parser in that attributes are passed over, names
// are compared as they stand, line ends are kept, and characters below space are let through.
//
// It keeps no text but the places where it stands in body, which it changes: entities are decoded where they are.
type scanner struct {
	body  []byte
	pos   int
	depth int
	head  row
	rows  []row
}

var errCut = errors.New("document is cut off")

// scan reads the whole document.
func (s *scanner) scan(root *element) error {
	s.body = bytes.TrimPrefix(s.body, []byte("\ufeff"))
	if err := s.space(); err != nil {
		return err
	}
	if s.pos == len(s.body) {
		return errors.New("empty document")
	}
	name, closed, err := s.open()
	if err != nil {
		return err
	}
	if string(name) != root.name {
		return fmt.Errorf("root element %.64q instead of %q", name, root.name)
	}
	if err := s.children(root, &s.head, closed); err != nil {
		return err
	}
	if err := s.space(); err != nil {
		return err
	}
	if s.pos != len(s.body) {
		return fmt.Errorf("byte %d: text after the root element", s.pos)
	}
	return nil
}

// children reads what is inside e, up to and with its end tag. empty tells that e was written as an empty element.
func (s *scanner) children(e *element, fields *row, empty bool) error {
	for !empty {
		if err := s.space(); err != nil {
			return err
		}
		end, closed, err := s.close()
		if err != nil {
			return err
		}
		if closed {
			if string(end) != e.name {
				return mismatch(end, e.name)
			}
			break
		}
		name, childless, err := s.open()
		if err != nil {
			return err
		}
		if err := s.child(e, name, fields, childless); err != nil {
			return err
		}
	}
	for i := range e.children {
		if c := &e.children[i]; c.required && fields.at[c.slot].absent() {
			return fmt.Errorf("element %q without %q", e.name, c.name)
		}
	}
	return nil
}

func (s *scanner) child(parent *element, name []byte, fields *row, empty bool) error {
	e := parent.child(name)
	if e == nil {
		return s.skip(name, empty)
	}
	if e.slot != 0 {
		if !fields.at[e.slot].absent() {
			return fmt.Errorf("byte %d: second element %q in %q", s.pos, e.name, parent.name)
		}
		at := uint32(s.pos)
		fields.at[e.slot] = span{at, at}
	}
	switch {
	case e.children == nil:
		return s.leaf(e, fields, empty)
	case e.kind == noRow:
		return s.children(e, fields, empty)
	case len(s.rows) == maxRows:
		return fmt.Errorf("more than %d entries", maxRows)
	}
	entry := row{kind: e.kind}
	err := s.children(e, &entry, empty)
	s.rows = append(s.rows, entry)
	return err
}

// leaf reads the text of e, up to and with its end tag.
func (s *scanner) leaf(e *element, fields *row, empty bool) error {
	if empty {
		return nil
	}
	n := bytes.IndexByte(s.body[s.pos:], '<')
	if n < 0 {
		return errCut
	}
	text, err := unescape(s.body[s.pos : s.pos+n])
	if err != nil {
		return fmt.Errorf("element %q: %w", e.name, err)
	}
	fields.at[e.slot] = span{uint32(s.pos), uint32(s.pos + len(text))}
	s.pos += n
	end, closed, err := s.close()
	switch {
	case err != nil:
		return err
	case !closed:
		return fmt.Errorf("byte %d: markup in element %q", s.pos, e.name)
	case string(end) != e.name:
		return mismatch(end, e.name)
	}
	return nil
}

// skip passes over an element that we do not know.
func (s *scanner) skip(name []byte, empty bool) error {
	if s.depth++; s.depth > maxDepth {
		return fmt.Errorf("byte %d: elements nested deeper than %d", s.pos, maxDepth)
	}
	for !empty {
		n := bytes.IndexByte(s.body[s.pos:], '<')
		if n < 0 {
			return errCut
		}
		s.pos += n
		if err := s.space(); err != nil {
			return err
		}
		if s.pos < len(s.body) && s.body[s.pos] != '<' {
			continue
		}
		end, closed, err := s.close()
		if err != nil {
			return err
		}
		if closed {
			if !bytes.Equal(end, name) {
				return mismatch(end, string(name))
			}
			break
		}
		inner, childless, err := s.open()
		if err != nil {
			return err
		}
		if err := s.skip(inner, childless); err != nil {
			return err
		}
	}
	s.depth--
	return nil
}

// open reads a start tag, or what is left of one; the document must not have ended. empty tells that the element has no
// content and no end tag.
func (s *scanner) open() (name []byte, empty bool, err error) {
	if s.body[s.pos] != '<' {
		return nil, false, fmt.Errorf("byte %d: text where an element should be", s.pos)
	}
	name = s.nameAt(s.pos + 1)
	quote := byte(0)
	for i := s.pos + 1 + len(name); i < len(s.body); i++ {
		c := s.body[i]
		switch {
		case len(name) == 0:
			return nil, false, fmt.Errorf("byte %d: '<' without the name of an element", s.pos)
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			return nil, false, fmt.Errorf("byte %d: '<' in the tag of element %.64q", i, name)
		case c == '>':
			s.pos = i + 1
			return name, s.body[i-1] == '/', nil
		}
	}
	return nil, false, errCut
}

// close reads an end tag and returns its name, if one stands here.
func (s *scanner) close() (name []byte, ok bool, err error) {
	switch rest := s.body[s.pos:]; {
	case len(rest) < 2:
		return nil, false, errCut
	case rest[0] != '<' || rest[1] != '/':
		return nil, false, nil
	}
	name = s.nameAt(s.pos + 2)
	at := s.pos + 2 + len(name)
	for at < len(s.body) && isSpace(s.body[at]) {
		at++
	}
	if at == len(s.body) {
		return nil, false, errCut
	}
	if s.body[at] != '>' {
		return nil, false, fmt.Errorf("byte %d: %q in an end tag", at, s.body[at])
	}
	s.pos = at + 1
	return name, true, nil
}

func (s *scanner) nameAt(start int) []byte {
	end := start
	for end < len(s.body) && isNameByte(s.body[end]) {
		end++
	}
	return s.body[start:end]
}

func mismatch(end []byte, name string) error {
	return fmt.Errorf("end tag %.64q in element %.64q", end, name)
}

// space passes over white space, comments and processing instructions, and refuses CDATA and document types.
func (s *scanner) space() error {
	for {
		for s.pos < len(s.body) && isSpace(s.body[s.pos]) {
			s.pos++
		}
		rest := s.body[s.pos:]
		if len(rest) < 2 || rest[0] != '<' || rest[1] != '!' && rest[1] != '?' {
			return nil
		}
		begin, end := "<?", "?>"
		if rest[1] == '!' {
			begin, end = "<!--", "-->"
		}
		if !bytes.HasPrefix(rest, []byte(begin)) {
			return fmt.Errorf("byte %d: declaration or CDATA %.9q", s.pos, rest)
		}
		n := bytes.Index(rest[len(begin):], []byte(end))
		if n < 0 {
			return errCut
		}
		s.pos += len(begin) + n + len(end)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == ':' || c >= 0x80
}
