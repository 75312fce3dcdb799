package credential

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

const (
	// processVariable holds the command. It stands in the environment because a
	// spec must not make programs run: whoever may edit one may not use the machine.
	processVariable = "OSSSYNC_CREDENTIAL_PROCESS"

	processTimeout = time.Minute
	// processGrace is how long a command that was told to end may take to.
	processGrace = 2 * time.Second
)

// process runs a program that writes keys to its standard output, as a JSON object
// with AccessKeyId, AccessKeySecret, SecurityToken and Expiration. No shell sees the
// command, and nobody what the program writes.
type process struct {
	words []string
	where string
}

func openProcess(o Options) (source, error) {
	return newProcess(o.Getenv(processVariable), processVariable)
}

func newProcess(command, where string) (source, error) {
	words, err := split(command)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrNone, where, err)
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("%w: %s holds no command", ErrNone, where)
	}
	return &process{words, where}, nil
}

// split parts a command at white space. Quotes, single or double, keep it together;
// nothing else has a meaning.
func split(command string) ([]string, error) {
	var (
		words []string
		word  strings.Builder
		quote rune
		begun bool
	)
	for _, r := range command {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, begun = r, true
		case strings.ContainsRune(" \t\r\n", r):
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 {
		return nil, errors.New("quotes that do not end")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

func (p *process) origin() string { return fmt.Sprintf("the program %q (%s)", p.words[0], p.where) }

func (p *process) fetch(ctx context.Context) (Keys, error) {
	timed, cancel := context.WithTimeoutCause(ctx, processTimeout, fmt.Errorf("no keys within %v", processTimeout))
	defer cancel()
	cmd := exec.CommandContext(timed, p.words[0], p.words[1:]...)
	cmd.WaitDelay = processGrace
	out := bounded{end: cancel}
	cmd.Stdout = &out
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return Keys{}, context.Cause(ctx)
	case out.full:
		return Keys{}, fmt.Errorf("%w: more than %d bytes of output", ErrNone, answerLimit)
	case timed.Err() != nil:
		return Keys{}, fmt.Errorf("%w: %w", ErrNone, context.Cause(timed))
	case err != nil:
		return Keys{}, fmt.Errorf("%w: %w; run it by hand to see why", ErrNone, err)
	}
	a, err := parseAnswer(out.text.Bytes())
	if err != nil {
		return Keys{}, fmt.Errorf("%w: %w", ErrNone, err)
	}
	return a.keys()
}

// bounded keeps the first answerLimit bytes; a writer of more is ended.
type bounded struct {
	text bytes.Buffer
	full bool
	end  func()
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > answerLimit {
		b.full = true
		b.end()
		return 0, errors.New("too much output")
	}
	return b.text.Write(p)
}
