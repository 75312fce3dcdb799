package main

import (
	"context"
	"io"
	"strings"

	"github.com/osssync/osssync/internal/completion"
	"github.com/osssync/osssync/spec"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"bash, zsh, fish or powershell."`
}

func (*completionCmd) Help() string {
	return "Prints a script by which the shell completes commands, flags, their values, files, and names of mappings and stores of the spec.\n\n" +
		"For bash, write `eval \"$(osssync completion bash)\"` into ~/.bashrc; for zsh, `source <(osssync completion zsh)` into ~/.zshrc, after compinit; " +
		"for fish, `osssync completion fish | source` into config.fish; for PowerShell, `osssync completion powershell | Out-String | Invoke-Expression` into $PROFILE.\n\n" +
		"Exit codes: 0 done; 7 command line wrong."
}

func (c *completionCmd) run(_ context.Context, e *env) error {
	script, err := completion.Script(c.Shell)
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.stdout, script)
	return err
}

// completeCmd answers the scripts of completionCmd.
type completeCmd struct {
	Last    string   `help:"The word to complete."`
	Earlier []string `arg:"" optional:"" help:"The words before it."`
}

// run writes the kind of the answer and then a word a line, with its help after a
// tab.
func (c *completeCmd) run(_ context.Context, e *env) error {
	answer := completion.Complete(e.model, c.Earlier, c.Last, namesOfSpec)
	var b strings.Builder
	b.WriteString(string(answer.Kind) + "\n")
	for _, word := range answer.Words {
		b.WriteString(word.Text)
		if word.Help != "" {
			b.WriteString("\t" + word.Help)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(e.stdout, b.String())
	return err
}

// namesOfSpec returns the names of the mappings or stores of a spec. Of one that
// cannot be read or is wrong there are none.
func namesOfSpec(of, file string) []string {
	if file == "" || of != "mapping" && of != "store" {
		return nil
	}
	s, err := spec.Load(file)
	if err != nil {
		return nil
	}
	var names []string
	if of == "store" {
		for _, store := range s.Stores {
			names = append(names, store.Name)
		}
		return names
	}
	for _, m := range s.Mappings {
		names = append(names, m.Name)
	}
	return names
}
