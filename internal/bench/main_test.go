package bench

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the process that launches others, the bare client, and a tool that
// fails.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case LaunchArgument:
			end(Launch(context.Background(), os.Stdout, os.Args[2], os.Args[3:]))
		case BareArgument:
			end(Bare(context.Background(), os.Args[2], os.Args[3], os.Args[4]))
		case "version":
			fmt.Println("osssync 0")
			os.Exit(0)
		case "apply":
			fmt.Println("not today")
			os.Exit(7)
		}
	}
	goleak.VerifyTestMain(m)
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
