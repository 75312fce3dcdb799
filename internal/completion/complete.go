package completion

import (
	"strings"

	"github.com/alecthomas/kong"
)

// Kind tells what may stand at a place of a command line.
type Kind string

// The kinds, in the words of the first line of an answer.
const (
	Words   Kind = "words"   // one of a few, or nothing that is known
	Files   Kind = "files"   // the name of a file
	Folders Kind = "folders" // the name of a folder
)

// Word is one that may stand there.
type Word struct {
	Text string // the whole word, also of a flag with its value: "--format=json"
	Help string // in one line; may be empty
}

// Answer is what may stand at a place.
type Answer struct {
	Kind  Kind
	Words []Word // only of kind Words, those that begin like the word so far
}

// Names returns the names that a flag or argument may have which the model does
// not know, such as "mapping", by the spec of the command line ("" if the command
// reads none). It returns nil for others.
type Names func(of, spec string) []string

// Complete returns what the last word may become, after the earlier words of a
// command line, without the name of the program. Both are as typed, and may be
// wrong.
func Complete(app *kong.Application, earlier []string, last string, names Names) Answer {
	l := line{node: app.Node, given: map[string]string{}, names: names}
	for _, word := range earlier {
		l.read(word)
	}
	name, _, assigned := strings.Cut(last, "=")
	switch {
	case l.pending != nil:
		return l.value(l.pending.Value, l.pending.PlaceHolder, "", last)
	case l.ended || !strings.HasPrefix(last, "-"):
		return l.argument(last)
	case assigned:
		if flag, _ := l.flag(name); flag != nil {
			return l.value(flag.Value, flag.PlaceHolder, name+"=", last)
		}
		return Answer{Kind: Words}
	}
	return Answer{Words, starting(l.flags(), last)}
}
