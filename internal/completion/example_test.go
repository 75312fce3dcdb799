package completion_test

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/osssync/osssync/internal/completion"
)

func Example() {
	var grammar struct {
		Plan struct {
			Mapping string `help:"Only this mapping."`
			Format  string `enum:"text,json" default:"text" help:"How to show it."`
		} `cmd:"" help:"Show what would be done."`
	}
	parser := kong.Must(&grammar)
	none := func(of, spec string) []string { return nil }

	for _, word := range completion.Complete(parser.Model, []string{"plan"}, "--f", none).Words {
		fmt.Printf("%s: %s\n", word.Text, word.Help)
	}
	for _, word := range completion.Complete(parser.Model, []string{"plan", "--format"}, "", none).Words {
		fmt.Println(word.Text)
	}
	// Output:
	// --format: How to show it
	// text
	// json
}
