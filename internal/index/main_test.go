package index_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/osssync/osssync/internal/index"
)

// holderEnv makes the test binary a process that holds the index at that path
// open until its standard input ends.
const holderEnv = "OSSSYNC_TEST_HOLD_INDEX"

func TestMain(m *testing.M) {
	if path := os.Getenv(holderEnv); path != "" {
		hold(path)
		return
	}
	flag.Set("rapid.checks", "30") // each syncs a file some times; the command line may ask for more
	goleak.VerifyTestMain(m)
}

func hold(path string) {
	x, err := index.Open(path, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer x.Close()
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
}
