package spec

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// maxBytes is the largest spec file that is read.
const maxBytes = 1 << 20

// checkText finds what must not stand in a spec file at all: more than 1 MiB,
// bytes that are not UTF-8, and characters that show a reader another text
// than the parser sees. It reports the first of each kind of file, since the
// rest of such a file means nothing.
func checkText(data []byte) (place, problem) {
	if len(data) > maxBytes {
		return place{line: 1, column: 1}, problem{"file of more than 1 MiB", "split it into several spec files"}
	}
	at := place{line: 1, column: 1}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size <= 1:
			return at, problem{"text that is not UTF-8", "save the file as UTF-8"}
		case r == '\uFEFF':
			return at, problem{"byte order mark", "save the file as UTF-8 without one"}
		case r == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
			return at, problem{"carriage return without line feed", "end lines with a line feed"}
		case isHidden(r) && r != '\n' && r != '\r' && r != '\t':
			return at, problem{fmt.Sprintf("control character %U", r), "take it out"}
		}
		i += size
		at.column++
		if r == '\n' {
			at.line, at.column = at.line+1, 1
		}
	}
	return place{}, problem{}
}

// isHidden reports whether r is a control character, a line separator that is
// not seen as one, or changes the direction in which the text is shown.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

// hiddenRune returns the first hidden character of text.
func hiddenRune(text string) (rune, bool) {
	for _, r := range text {
		if isHidden(r) {
			return r, true
		}
	}
	return 0, false
}

// quote returns text as a Go string literal, cut to a length that fits into a
// message.
func quote(text string) string { return strconv.Quote(shorten(text)) }

// shorten cuts text to a length that fits into a message.
func shorten(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "..."
}
