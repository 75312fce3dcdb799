package ui

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/osssync/osssync/plan"
)

// Name returns a name from outside (a path, a key, an upload id) in a form that
// can stand anywhere in a line of text: as it is if every byte of it shows, else
// in Go's double quotes. Quoted are names that are empty or not UTF-8, and those
// with characters that do not show (see [plan.Shows]), quotes, backslashes, and space
// at an end.
// The result never holds a byte below 0x20 or 0x7f, and different names have
// different results.
//
// Two number signs in a row begin commands of some build services wherever they
// stand in a line; such a name is quoted with the signs escaped.
func Name(name string) string {
	quoted := quote(name)
	commands := strings.Contains(name, "##")
	if commands {
		quoted = strings.ReplaceAll(quoted, "#", `\x23`)
	}
	plain := len(quoted) == len(name)+len(`""`) && !commands
	if !plain || name == "" || name != strings.TrimSpace(name) || name[0] == '\'' || name[0] == '`' {
		return quoted
	}
	return name
}

// quote is [strconv.Quote], with all escaped that does not show.
func quote(name string) string {
	quoted := strconv.Quote(name)
	if isClean(quoted) {
		return quoted
	}
	var b strings.Builder
	for _, r := range quoted {
		if plan.Shows(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

// escape returns r as Go writes what does not show.
func escape(r rune) string { return strings.Trim(strconv.QuoteRuneToASCII(r), "'") }

// Clean returns text of mixed origin, such as a chain of errors, with everything
// that does not show escaped as in Go strings. Line feeds stay: whoever prints the
// text decides how its lines begin.
func Clean(text string) string {
	if isClean(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[i])|0x100, 16)[1:])
		case r == '\n' || plan.Shows(r):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
		i += size
	}
	return strings.ReplaceAll(b.String(), "##", `#\x23`)
}

func isClean(text string) bool {
	for _, r := range text {
		if r != '\n' && (r == utf8.RuneError || !plan.Shows(r)) {
			return false
		}
	}
	return !strings.Contains(text, "##")
}
