package completion

import (
	"embed"
	"fmt"
)

// Each script asks with osssync __complete --last=WORD -- EARLIER...: the word
// is always given, though it may be empty, which some shells drop as an argument.
//
//go:embed script
var scripts embed.FS

// Script returns the completion script of a shell: bash, zsh, fish or powershell.
func Script(shell string) (string, error) {
	text, err := scripts.ReadFile("script/osssync." + shell)
	if err != nil {
		return "", fmt.Errorf("completion for shell %q: %w", shell, err)
	}
	return string(text), nil
}
