package completion

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// files and folders are the place holders of flags, and the names of arguments in
// capitals, that stand for names in the local tree.
var (
	files   = []string{"FILE", "PLAN", "SPEC"}
	folders = []string{"DIR"}
)

// line is a command line as far as it was read.
type line struct {
	node      *kong.Node        // the command so far
	arguments int               // how many of its arguments were read
	ended     bool              // "--" was read: no flags follow
	pending   *kong.Flag        // the flag whose value comes next, or nil
	given     map[string]string // the last value of each flag that was given
	names     Names
}

// read takes the next word.
func (l *line) read(word string) {
	switch {
	case l.pending != nil:
		l.given[l.pending.Name], l.pending = word, nil
	case l.ended || word == "-" || !strings.HasPrefix(word, "-"):
		if child := l.command(word); child != nil {
			l.node = child
		} else {
			l.arguments++
		}
	case word == "--":
		l.ended = true
	default:
		l.readFlag(word)
	}
}

func (l *line) command(name string) *kong.Node {
	for _, child := range l.node.Children {
		if child.Name == name || slices.Contains(child.Aliases, name) {
			return child
		}
	}
	return nil
}

func (l *line) readFlag(word string) {
	flag, value := l.flag(word)
	switch {
	case flag == nil:
	case flag.IsBool(), flag.IsCounter(), value != "":
		l.given[flag.Name] = value
	case !strings.Contains(word, "="):
		l.pending = flag
	}
}

// flag returns the flag of a word, and the value that the word has for it. Of
// short flags in one word it is the one that takes a value, else the last.
func (l *line) flag(word string) (flag *kong.Flag, value string) {
	if long, found := strings.CutPrefix(word, "--"); found {
		name, value, _ := strings.Cut(long, "=")
		return l.find(func(f *kong.Flag) bool { return f.Name == name }), value
	}
	for i, short := range word {
		if i == 0 {
			continue
		}
		flag = l.find(func(f *kong.Flag) bool { return f.Short == short })
		if flag == nil || !flag.IsBool() {
			return flag, strings.TrimPrefix(word[i+len(string(short)):], "=")
		}
	}
	return flag, ""
}

func (l *line) find(wanted func(*kong.Flag) bool) *kong.Flag {
	for _, group := range l.node.AllFlags(true) {
		if i := slices.IndexFunc(group, wanted); i >= 0 {
			return group[i]
		}
	}
	return nil
}

// flags returns the flags that may still be given.
func (l *line) flags() []Word {
	var list []Word
	for _, group := range l.node.AllFlags(true) {
		for _, f := range group {
			if _, given := l.given[f.Name]; !given || f.IsCumulative() {
				list = append(list, Word{"--" + f.Name, firstSentence(f.Help)})
			}
		}
	}
	return list
}

// argument returns what the next argument may be, or the next command.
func (l *line) argument(last string) Answer {
	if len(l.node.Children) == 0 {
		if l.arguments >= len(l.node.Positional) {
			return Answer{Kind: Words}
		}
		next := l.node.Positional[l.arguments]
		return l.value(next, strings.ToUpper(next.Name), "", last)
	}
	var list []Word
	for _, child := range l.node.Children {
		if !child.Hidden {
			list = append(list, Word{child.Name, firstSentence(child.Help)})
		}
	}
	return Answer{Words, starting(list, last)}
}

// value returns what a value may be that stands after the given part of its word.
func (l *line) value(v *kong.Value, placeHolder, before, last string) Answer {
	var texts []string
	switch {
	case v.Enum != "":
		texts = v.EnumSlice()
	case slices.Contains(files, placeHolder):
		return Answer{Kind: Files}
	case slices.Contains(folders, placeHolder):
		return Answer{Kind: Folders}
	default:
		texts = l.names(v.Name, l.spec())
	}
	list := make([]Word, len(texts))
	for i, text := range texts {
		list[i].Text = before + text
	}
	return Answer{Words, starting(list, last)}
}

// spec returns the file that the command reads its spec from, "" if it reads none.
func (l *line) spec() string {
	flag := l.find(func(f *kong.Flag) bool { return f.PlaceHolder == "SPEC" })
	if flag == nil {
		return ""
	}
	if file := l.given[flag.Name]; file != "" {
		return file
	}
	return flag.Default
}

func starting(list []Word, begin string) []Word {
	return slices.DeleteFunc(list, func(w Word) bool { return !strings.HasPrefix(w.Text, begin) })
}

func firstSentence(help string) string {
	first, _, _ := strings.Cut(help, ". ")
	return strings.TrimSuffix(first, ".")
}
