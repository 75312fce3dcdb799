package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"

	"github.com/alecthomas/kong"

	"github.com/osssync/osssync/resumable"
)

// commands is the command line.
type commands struct {
	globals

	Init     initCmd     `cmd:"" help:"Write a spec to begin with."`
	Validate validateCmd `cmd:"" help:"Check a spec."`
	Plan     planCmd     `cmd:"" help:"Show what apply would do; change nothing."`
	Show     showCmd     `cmd:"" help:"Show a saved plan."`
	Apply    applyCmd    `cmd:"" help:"Do what a plan says."`
	Watch    watchCmd    `cmd:"" help:"Keep doing what apply does, as files change."`
	Status   statusCmd   `cmd:"" help:"Tell how a watch is doing."`
	Ls       lsCmd       `cmd:"" help:"List buckets, objects, pending uploads or their parts."`
	Put      putCmd      `cmd:"" help:"Upload one file, resumably."`
	Get      getCmd      `cmd:"" help:"Download one object, resumably."`
	Uploads  uploadsCmd  `cmd:"" help:"List multipart uploads that were never completed, or abort old ones."`
	Doctor   doctorCmd   `cmd:"" help:"Look at everything that a run depends on: keys, endpoints, rights, clocks, this machine."`
	Serve    serveCmd    `cmd:"" help:"Serve a folder as an OSS-compatible service."`
	Version  versionCmd  `cmd:"" help:"Print the version."`

	Schema     schemaCmd     `cmd:"" help:"Print the JSON Schema of specs, for editors."`
	Completion completionCmd `cmd:"" help:"Print the completion script of a shell."`
	Complete   completeCmd   `cmd:"" name:"__complete" hidden:"" help:"Answer a completion script."`
	Man        manCmd        `cmd:"" hidden:"" help:"Write the manual pages."`
}

// globals are the flags that every command has.
type globals struct {
	StateDir string `placeholder:"DIR" help:"Where to remember finished and unfinished work. Default: $$XDG_STATE_HOME/osssync or ~/.local/state/osssync."`
	Color    string `enum:"auto,always,never" default:"auto" help:"When to use colors: auto (on a terminal, unless NO_COLOR is set), always, never."`
	Quiet    bool   `short:"q" help:"Show no progress and no lines for what went well."`
	Progress string `enum:"auto,lines,json,none" default:"auto" help:"How to show progress on stderr: lines (one every 10 s), json (an object a line every second), none, auto (bars on a terminal, lines elsewhere, json every 10 s with --format json). Default: auto, or none with --quiet."`
}

// command is what each command does. An error that was told already is a
// codeError.
type command interface {
	run(ctx context.Context, e *env) error
}

// env is what a command runs with.
type env struct {
	*host
	globals
	teller
	model *kong.Application // of the command line

	asking atomic.Bool // a question stands on stderr, in a line without end
	begun  atomic.Bool // something may have been changed
}

// run parses the command line, runs the command and returns the exit code.
func run(ctx context.Context, args []string, h *host) int {
	var (
		cli    commands
		helped bool
	)
	parser, err := newParser(&cli, kong.Writers(h.stdout, h.stderr), kong.Exit(func(int) { helped = true }))
	t := teller{w: h.stderr}
	if err != nil {
		return t.tell(err)
	}
	parsed, err := parser.Parse(args)
	if helped {
		return exitDone
	}
	if err != nil {
		return t.tell(&usageError{err: err, hint: usageHint(err)})
	}
	e := &env{host: h, globals: cli.globals, teller: t, model: parser.Model}
	if err := e.findState(); err != nil {
		return e.tell(err)
	}
	cmd := parsed.Selected().Target.Addr().Interface().(command)
	if _, serving := cmd.(*serveCmd); !serving { // a signal is how it is meant to end
		defer e.tellInterrupt(ctx)()
	}
	code := e.end(cmd.run(ctx, e))
	if err := failure(h.stdout); err != nil {
		code = graver(code, e.tell(fmt.Errorf("stdout: %w", err)))
	}
	return endCode(ctx, code)
}

// newParser returns the parser of a command line.
func newParser(cli *commands, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(cli, append(options,
		kong.Name("osssync"),
		kong.Description("Keep trees of files and Alibaba Cloud OSS buckets in agreement: plan, look, apply."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.NamedMapper("bytes", kong.MapperFunc(decodeBytes)),
		kong.NamedMapper("age", kong.MapperFunc(decodeAge)),
	)...)
}

// end tells how a command ended, unless it did itself.
func (e *env) end(err error) int {
	var code codeError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &code):
		return int(code)
	}
	return e.tell(err)
}

func usageHint(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		return fmt.Sprintf("osssync %s --help", parse.Context.Selected().Name)
	}
	return "osssync --help"
}

// findState makes the state folder absolute.
func (e *env) findState() error {
	if e.StateDir == "" {
		transfers, err := resumable.DefaultStoreDir()
		if err != nil {
			return &usageError{err: fmt.Errorf("state folder: %w", err), hint: "name one with --state-dir"}
		}
		e.StateDir = filepath.Dir(transfers)
	}
	dir, err := filepath.Abs(e.StateDir)
	e.StateDir = dir
	return err
}

// colored reports whether w gets colors.
func (e *env) colored(w any) bool {
	switch e.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb" && isTerminal(w)
}

// tool names this program in plan files and to services.
func tool() string { return "osssync/" + versionText() }
