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
	err:  errors.New("nobody to ask: stdin and stdout are not both terminals"),
	hint: "--auto-approve goes on without asking",
}

// errDeclined says that the answer was not yes.
var errDeclined = errors.New("not approved; nothing was changed")

// interactive reports whether there is somebody to ask.
func (e *env) interactive() bool { return isTerminal(e.stdin) && isTerminal(e.stdout) }

// confirm asks a question that only "yes" answers.
func (e *env) confirm(ctx context.Context, question string) error {
	fmt.Fprintf(e.stdout, "\n%s Only \"yes\" goes on: ", question)
	answer := make(chan string, 1)
	// The read cannot be called off. After an interrupt it stays behind, and ends
	// with the process.
	go func() {
		line, _ := bufio.NewReader(e.stdin).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		if strings.TrimSpace(line) == "yes" {
			return nil
		}
		return errDeclined
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
