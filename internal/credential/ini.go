package credential

import (
	"bytes"
	"fmt"
	"strings"
)

// section is one of an INI file: values by names in lower case without hyphens and
// underscores.
type section map[string]string

// parseINI reads an INI file: sections by name in lower case, with single spaces. A
// later value replaces an earlier one. Errors tell the line and quote nothing of it.
func parseINI(text []byte) (map[string]section, error) {
	sections := map[string]section{}
	var now section
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		number++
		words := strings.TrimSpace(string(line))
		if words == "" || words[0] == '#' || words[0] == ';' {
			continue
		}
		if words[0] == '[' {
			name, ok := strings.CutSuffix(words[1:], "]")
			if !ok {
				return nil, fmt.Errorf("%w: line %d is no section", ErrNone, number)
			}
			name = strings.ToLower(strings.Join(strings.Fields(name), " "))
			if now = sections[name]; now == nil {
				now = section{}
				sections[name] = now
			}
			continue
		}
		name, value, ok := strings.Cut(words, "=")
		if !ok || now == nil {
			return nil, fmt.Errorf("%w: line %d is neither a section nor name = value", ErrNone, number)
		}
		now[plainName(strings.TrimSpace(name))] = unquoted(strings.TrimSpace(value))
	}
	return sections, nil
}

// unquoted takes quotes off that enclose a value.
func unquoted(value string) string {
	if n := len(value); n >= 2 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
		return value[1 : n-1]
	}
	return value
}

// first returns the first of the named values that is set.
func (s section) first(names ...string) string {
	for _, name := range names {
		if s[name] != "" {
			return s[name]
		}
	}
	return ""
}
