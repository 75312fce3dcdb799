package ui

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/osssync/osssync/plan"
)

// visible writes JSON to w with every character that does not show as its \u
// escape (see [plan.Shows]): encoding/json leaves DEL, the C1 controls and those that
// change the direction of the text as they are, and a terminal acts on them. Outside
// of strings JSON has none of them. Each Write must be whole characters.
type visible struct{ w io.Writer }

func (v visible) Write(line []byte) (int, error) {
	text := string(line)
	if isClean(text) {
		return v.w.Write(line)
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || plan.Shows(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	if _, err := io.WriteString(v.w, b.String()); err != nil {
		return 0, err
	}
	return len(line), nil
}
