package ui_test

import (
	"fmt"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/plan"
)

func ExampleName() {
	fmt.Println("-", ui.Name("css/site.css"))
	fmt.Println("-", ui.Name("\x1b[2Jgone\n"))
	// Output:
	// - css/site.css
	// - "\x1b[2Jgone\n"
}

func ExampleResult() {
	fmt.Println(ui.Result(apply.Result{Action: &plan.Upload{Path: "index.html"}, Outcome: apply.Done, Bytes: 4096}))
	// Output:
	//   + index.html  4.0 KiB
}
