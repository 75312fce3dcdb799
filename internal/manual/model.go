package manual

import (
	"strings"

	"github.com/alecthomas/kong"
)

// page is what is told of one command, in plain text.
type page struct {
	path      string // "osssync plan"
	about     string // a sentence
	synopsis  string // without the path
	text      []string
	exits     string // what the exit codes mean; "" if the command does not tell
	arguments []entry
	flags     []entry
}

// entry is an argument or a flag.
type entry struct{ form, help string }

// exitsBegin begins the paragraph of a command's help that tells its exit codes.
const exitsBegin = "Exit codes: "

// pages returns the commands in the order of their declaration.
func pages(app *kong.Application) []page {
	var list []page
	for _, node := range app.Leaves(true) {
		list = append(list, pageOf(node))
	}
	return list
}

func pageOf(node *kong.Node) page {
	p := page{path: node.FullPath(), about: node.Help, flags: flags(node)}
	p.synopsis = strings.TrimSpace(strings.TrimPrefix(node.Summary(), node.Path()))
	for paragraph := range strings.SplitSeq(node.Detail, "\n\n") {
		paragraph = strings.Join(strings.Fields(paragraph), " ")
		if exits, found := strings.CutPrefix(paragraph, exitsBegin); found {
			p.exits = exits
		} else if paragraph != "" {
			p.text = append(p.text, paragraph)
		}
	}
	for _, argument := range node.Positional {
		p.arguments = append(p.arguments, entry{argument.Summary(), argument.Help})
	}
	return p
}

// flags returns the flags of a node itself, not those of what it is part of.
func flags(node *kong.Node) []entry {
	var list []entry
	for _, flag := range node.Flags {
		if !flag.Hidden {
			list = append(list, entry{flagForm(flag), flagHelp(flag)})
		}
	}
	return list
}

// flagForm returns "-f, --file=SPEC". Words that a flag chooses from stand in the
// place of its value.
func flagForm(flag *kong.Flag) string {
	form := "--" + flag.Name
	if flag.Short != 0 {
		form = "-" + string(flag.Short) + ", " + form
	}
	switch {
	case flag.IsBool() || flag.IsCounter():
		return form
	case flag.Enum != "":
		return form + "=" + strings.Join(flag.EnumSlice(), "|")
	}
	return form + "=" + flag.FormatPlaceHolder()
}

// flagHelp returns the help of a flag, which tells its default.
func flagHelp(flag *kong.Flag) string {
	if !flag.HasDefault || flag.Default == "" || strings.Contains(flag.Help, "Default:") {
		return flag.Help
	}
	return flag.Help + " Default: " + flag.Default + "."
}
