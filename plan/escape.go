package plan

import (
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A plan file may be written to a terminal or a log. What does not show is escaped
// wherever it stands, so that no name acts there, and two that differ in it alone do
// not look the same. Letters that look like others are as they are.

// Shows reports whether c has a form of its own in a line of text. Controls (DEL and
// C1 too), line separators and formats have none, be it that they change the direction
// of the text or have no width, nor have variation selectors, Hangul fillers and all
// spaces but U+0020. The Unicode of the toolchain draws the line: a plan with a
// character that only one of two builds knows is refused by the other, and has to be
// made again.
func Shows(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return ' ' <= c && c < '\x7f'
	case isIdeograph(c):
		return true
	case c == '\u2800': // Braille without a dot
		return false
	}
	return strconv.IsPrint(c) && !unicode.In(c, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// standsAsIs reports whether c, which takes size bytes, needs no escape in a JSON
// string. Bytes that are not UTF-8 are written as U+FFFD is.
func standsAsIs(c rune, size int) bool {
	return c != '"' && c != '\\' && Shows(c) && (c != utf8.RuneError || size > 1)
}

// isIdeograph reports characters that whole paths are made of, and that show, without
// a look into the tables.
func isIdeograph(c rune) bool { return '\u4e00' <= c && c <= '\u9ffc' }

// appendEscape appends the escape of c in a JSON string: the short one of
// encoding/json if it has one.
func appendEscape(line []byte, c rune) []byte {
	switch c {
	case '"', '\\':
		return append(line, '\\', byte(c))
	case '\b':
		return append(line, `\b`...)
	case '\f':
		return append(line, `\f`...)
	case '\n':
		return append(line, `\n`...)
	case '\r':
		return append(line, `\r`...)
	case '\t':
		return append(line, `\t`...)
	}
	if c > 0xffff {
		high, low := utf16.EncodeRune(c)
		return appendUnit(appendUnit(line, high), low)
	}
	return appendUnit(line, c)
}

// appendUnit appends the \u escape of a UTF-16 unit.
func appendUnit(line []byte, unit rune) []byte {
	const hex = "0123456789abcdef"
	return append(line, '\\', 'u', hex[unit>>12&15], hex[unit>>8&15], hex[unit>>4&15], hex[unit&15])
}

// legible returns a line of encoding/json with all escaped that does not show; only
// its strings hold any of it.
func legible(line []byte) []byte {
	var out []byte
	from := 0 // of what still has to be copied
	for at, c := range string(line) {
		if Shows(c) {
			continue
		}
		out = appendEscape(append(out, line[from:at]...), c)
		from = at + utf8.RuneLen(c)
	}
	return append(out, line[from:]...)
}
