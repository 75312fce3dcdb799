// Command osssync keeps trees of files and prefixes of Alibaba Cloud OSS buckets
// in agreement: `osssync plan` shows what would change and why, `osssync apply`
// does exactly that.
//
// Results go to stdout; progress and errors go to stderr. The exit codes are
// those of [exitCode].
package main

import (
	"context"
	"os"
	"time"
)

// version is set by the linker; without it the build information tells.
var version string

func main() {
	spareCollector(os.Getenv)
	ctx, stop := interruptible(context.Background())
	code := run(ctx, os.Args[1:], &host{
		stdin: os.Stdin, stdout: &output{File: os.Stdout}, stderr: &output{File: os.Stderr},
		getenv: os.Getenv, now: time.Now,
	})
	stop()
	os.Exit(code)
}
