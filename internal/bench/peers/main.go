// Command peers measures osssync and other programs side by side and prints one table:
//
//	BENCH_DIR=/mnt/bench ROWS=first-upload,changed TOOLS=osssync,rclone ROUNDS=5 go run ./internal/bench/peers
//
// `make bench-peers` builds osssync before. docs/performance.md says what the rows are.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/osssync/osssync/internal/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) >= 3 && args[0] == bench.LaunchArgument:
		return bench.Launch(ctx, os.Stdout, args[1], args[2:])
	case len(args) == 4 && args[0] == bench.BareArgument:
		return bench.Bare(ctx, args[1], args[2], args[3])
	case len(args) > 0:
		return fmt.Errorf("argument %q: settings come from the environment", args[0])
	}
	options, err := fromEnvironment()
	if err != nil {
		return err
	}
	return bench.Run(ctx, options, os.Stdout, os.Stderr)
}

func fromEnvironment() (bench.Options, error) {
	o := bench.Options{
		Dir: os.Getenv("BENCH_DIR"), Osssync: os.Getenv("OSSSYNC"), Rows: list("ROWS"), Tools: list("TOOLS"),
	}
	if o.Dir == "" {
		return o, errors.New("no BENCH_DIR: the trees need a folder that has 12 GiB and 1.3 million inodes left for all rows")
	}
	if o.Osssync == "" {
		o.Osssync = "bin/osssync"
	}
	for name, into := range map[string]*int{"ROUNDS": &o.Rounds, "SCALE": &o.Scale, "SEED": &o.Seed} {
		text := os.Getenv(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return o, fmt.Errorf("%s=%q: want a whole number above 0", name, text)
		}
		*into = n
	}
	return o, nil
}

func list(name string) []string {
	return strings.FieldsFunc(os.Getenv(name), func(r rune) bool { return r == ',' || r == ' ' })
}
