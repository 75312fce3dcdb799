//go:build unix

package crash

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
)

// Build builds the program into dir with build tags, separated by commas.
func Build(ctx context.Context, dir, tags string) (path string, err error) {
	path = filepath.Join(dir, "osssync-"+tags)
	build := exec.CommandContext(ctx, "go", "build", "-tags", tags, "-o", path, "github.com/osssync/osssync/cmd/osssync")
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build with %q: %w: %s", tags, err, text)
	}
	return path, nil
}

// killed is the exit code of a process that was killed, by the convention of shells.
const killed = 128 + 9

// ExitCode is that of a process that has ended with err, 137 if it was killed. An
// error is one to start it.
func ExitCode(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case !errors.As(err, &exit):
		return 0, err
	case exit.ExitCode() < 0:
		return killed, nil // by a signal; there is no other
	}
	return exit.ExitCode(), nil
}
