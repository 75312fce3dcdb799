package ossserver

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
)

// Keys may hold control characters. XML 1.0 cannot say them, but clients write
// them as references like &#x01; nonetheless, and the service reads these. The
// XML package does not, so they are written otherwise before it reads, and back
// after: controlMark and two hexadecimal digits. The mark itself, the last of
// Unicode's characters for private use, is written as the mark and "fd".
const controlMark = "\U0010FFFD"

// hideControls rewrites references that XML 1.0 forbids, control characters that
// stand for themselves, and the mark.
func hideControls(doc []byte) []byte {
	hidden := make([]byte, 0, len(doc))
	for len(doc) > 0 {
		code, size := forbidden(doc)
		if size == 0 {
			hidden, doc = append(hidden, doc[0]), doc[1:]
			continue
		}
		hidden, doc = hex.AppendEncode(append(hidden, controlMark...), []byte{code}), doc[size:]
	}
	return hidden
}

// forbidden reports how many bytes at the beginning of a text have to be hidden,
// and as which code.
func forbidden(text []byte) (code byte, size int) {
	switch c := text[0]; {
	case isControl(uint64(c)):
		return c, 1
	case c == '&':
		return forbiddenReference(text)
	case c == controlMark[0] && bytes.HasPrefix(text, []byte(controlMark)):
		return 0xFD, len(controlMark)
	}
	return 0, 0
}

// forbiddenReference is forbidden for a reference to a character, in decimal or
// hexadecimal.
func forbiddenReference(text []byte) (code byte, size int) {
	end := bytes.IndexByte(text[:min(len(text), len("&#x0010FFFD;"))], ';')
	if end < 0 || text[1] != '#' {
		return 0, 0
	}
	digits, base := string(text[2:end]), 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	switch r, err := strconv.ParseUint(digits, base, 32); {
	case err != nil:
		return 0, 0
	case r == 0x10FFFD:
		return 0xFD, end + 1
	case isControl(r):
		return byte(r), end + 1
	}
	return 0, 0
}

// isControl reports whether XML 1.0 forbids a character below the space.
func isControl(r uint64) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }

// showControls undoes hideControls in a piece of text.
func showControls(s string) string {
	var shown strings.Builder
	shown.Grow(len(s))
	for {
		before, rest, marked := strings.Cut(s, controlMark)
		shown.WriteString(before)
		if !marked {
			return shown.String()
		}
		if code, err := strconv.ParseUint(rest[:min(2, len(rest))], 16, 8); err == nil && len(rest) >= 2 {
			if code == 0xFD {
				shown.WriteString(controlMark)
			} else {
				shown.WriteRune(rune(code))
			}
			rest = rest[2:]
		}
		s = rest
	}
}
