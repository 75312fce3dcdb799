package ui

import (
	"regexp"
	"strings"

	"github.com/mattn/go-runewidth"
)

// wrapped writes a line, going on below, after indent, where it becomes too long.
// Words are not broken, and none that build services take for a command comes to
// stand at the beginning of a line.
func (t *text) wrapped(line, indent string) { t.flow(strings.Split(line, " "), indent) }

// flow writes words like wrapped.
func (t *text) flow(words []string, indent string) {
	column := 0
	for i, word := range words {
		n := runewidth.StringWidth(uncolored.ReplaceAllString(word, ""))
		switch {
		case i == 0:
		case word != "" && column > len(indent) && column+1+n > t.Width && !strings.HasPrefix(word, "::"):
			t.out.WriteString("\n" + indent)
			column = len(indent)
		default:
			t.out.WriteByte(' ')
			column++
		}
		t.out.WriteString(word)
		column += n
	}
	t.out.WriteByte('\n')
}

// uncolored matches what paint adds.
var uncolored = regexp.MustCompile("\x1b\\[[0-9;]*m")
