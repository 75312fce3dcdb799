package manual_test

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/osssync/osssync/internal/manual"
)

func Example() {
	var grammar struct {
		Plan struct{} `cmd:"" help:"Show what would be done."`
	}
	parser := kong.Must(&grammar, kong.Name("program"), kong.Description("Does it."))

	for _, page := range manual.Pages(parser.Model, "v1.0.0") {
		fmt.Println(page.Name)
	}
	// Output:
	// program.1
	// program-plan.1
}
