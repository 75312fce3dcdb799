package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
)

// errNoTerminal refuses a question that nobody would see.
var errNoTerminal = &usageError{
	err:  errors.New("nobody to ask: stdin, stdout and stderr are not all terminals"),
	hint: "--auto-approve goes on without asking",
}

// errUnseen refuses a question about a plan that is not shown.
var errUnseen = &usageError{
	err:  errors.New("--format json shows no plan to ask about"),
	hint: "--auto-approve goes on without asking; so does a PLAN",
}

// errDeclined says that the answer was not yes.
var errDeclined = errors.New("not approved; nothing was changed")

// interactive reports whether there is somebody to ask, who sees on stdout what the
// question is about.
func (e *env) interactive() bool {
	return isTerminal(e.stdin) && isTerminal(e.stdout) && isTerminal(e.stderr)
}

// confirm asks on stderr a question that only "yes" answers.
func (e *env) confirm(ctx context.Context, question string) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	e.asking.Store(true)
	fmt.Fprintf(e.stderr, "\n%s Only \"yes\" goes on: ", question)
	answer := make(chan string, 1)
	// The read cannot be called off. After an interrupt it stays behind, and ends
	// with the process.
	go func() {
		line, _ := bufio.NewReader(e.stdin).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		e.asking.Store(false)
		if !strings.HasSuffix(line, "\n") {
			fmt.Fprintln(e.stderr)
		}
		if strings.TrimSpace(line) == "yes" {
			return nil
		}
		return errDeclined
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
