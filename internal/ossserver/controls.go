package ossserver

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Keys may hold control characters. XML 1.0 cannot say them, but clients write
// them as references like &#x01; nonetheless, and the service reads these. The
// XML package does not, so they are written otherwise before it reads, and back
// after: controlMark and two hexadecimal digits. The mark itself, the last of
// Unicode's characters for private use, is written as the mark and "fd".
const controlMark = "\U0010FFFD"

// controlReference matches a reference to a character in decimal or hexadecimal.
var controlReference = regexp.MustCompile(`&#(x[0-9A-Fa-f]{1,8}|[0-9]{1,9});`)

// bareControl matches a control character that XML 1.0 forbids.
var bareControl = regexp.MustCompile(`[\x00-\x08\x0b\x0c\x0e-\x1f]`)

// hideControls rewrites references that XML 1.0 forbids, control characters that
// stand for themselves, and the mark.
func hideControls(doc []byte) []byte {
	text := strings.ReplaceAll(string(doc), controlMark, controlMark+"fd")
	text = bareControl.ReplaceAllStringFunc(text, func(c string) string { return fmt.Sprintf("%s%02x", controlMark, c[0]) })
	return controlReference.ReplaceAllFunc([]byte(text), func(ref []byte) []byte {
		digits, base := string(ref[2:len(ref)-1]), 10
		if digits[0] == 'x' {
			digits, base = digits[1:], 16
		}
		r, err := strconv.ParseUint(digits, base, 32)
		switch {
		case err != nil:
			return ref
		case r == 0x10FFFD:
			return []byte(controlMark + "fd")
		case r < ' ' && r != '\t' && r != '\n' && r != '\r':
			return fmt.Appendf(nil, "%s%02x", controlMark, r)
		}
		return ref
	})
}

// showControls undoes hideControls in a piece of text.
func showControls(s string) string {
	head, rest, marked := strings.Cut(s, controlMark)
	for marked {
		var next string
		if code, err := strconv.ParseUint(rest[:min(2, len(rest))], 16, 8); err == nil && len(rest) >= 2 {
			next = string(rune(code))
			if code == 0xFD {
				next = controlMark
			}
			rest = rest[2:]
		}
		var behind string
		behind, rest, marked = strings.Cut(rest, controlMark)
		head += next + behind
	}
	return head
}
