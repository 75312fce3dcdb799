package iter

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// unescape decodes the entities of text where they stand and returns the part of text that is left. No reference is
// shorter than what it stands for, so the text never grows.
func unescape(text []byte) ([]byte, error) {
	read := bytes.IndexByte(text, '&')
	if read < 0 {
		return text, nil
	}
	write := read
	for read < len(text) {
		if text[read] != '&' {
			text[write] = text[read]
			read, write = read+1, write+1
			continue
		}
		n := bytes.IndexByte(text[read:], ';')
		if n < 0 {
			return nil, fmt.Errorf("entity %.12q without end", text[read:])
		}
		r, ok := entity(text[read+1 : read+n])
		if !ok {
			return nil, fmt.Errorf("unknown entity %.12q", text[read:read+n+1])
		}
		write += utf8.EncodeRune(text[write:write+utf8.RuneLen(r)], r)
		read += n + 1
	}
	return text[:write], nil
}

// entity is the character that a reference without '&' and ';' stands for.
func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, numeric := bytes.CutPrefix(name, []byte("#"))
	if !numeric {
		return 0, false
	}
	base := 10
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(string(digits), base, 21)
	r := rune(n)
	return r, err == nil && r != 0 && utf8.ValidRune(r)
}

// appendDecoded appends name to dst with its percent-encoding undone. A plus sign stays one: listings encode paths, not
// forms.
func appendDecoded(dst, name []byte) ([]byte, error) {
	for {
		n := bytes.IndexByte(name, '%')
		if n < 0 {
			return append(dst, name...), nil
		}
		dst = append(dst, name[:n]...)
		name = name[n:]
		if len(name) < 3 {
			return nil, fmt.Errorf("percent-encoding %q is cut off", name)
		}
		high, ok1 := hexDigit(name[1])
		low, ok2 := hexDigit(name[2])
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("percent-encoding %q", name[:3])
		}
		dst = append(dst, high<<4|low)
		name = name[3:]
	}
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
