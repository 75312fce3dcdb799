package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// measure is what a process took.
type measure struct {
	Wall time.Duration
	CPU  time.Duration // user and system, with processes that it started and waited for
	Peak int64         // bytes resident at most; 0 where the system does not tell
	Exit int           // exit code, -1 if a signal ended it
}

// Launch runs a program with its output in the file log, and writes what it took to
// out as JSON. The program is ended with ctx.
//
// It is for a process that does nothing else: where a process is started, the system
// counts the peak memory of the one that starts it as the new one's, so a server with a
// million objects must not be the one that does.
func Launch(ctx context.Context, out io.Writer, log string, program []string) error {
	output, err := os.Create(log)
	if err != nil {
		return err
	}
	defer output.Close()
	cmd := exec.CommandContext(ctx, program[0], program[1:]...)
	cmd.Stdout, cmd.Stderr = output, output
	start := time.Now()
	err = cmd.Run()
	wall := time.Since(start)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	ended := cmd.ProcessState
	return json.NewEncoder(out).Encode(measure{
		Wall: wall, CPU: ended.UserTime() + ended.SystemTime(), Peak: peak(ended), Exit: ended.ExitCode(),
	})
}

// launch runs a program by a process of its own that calls [Launch].
func launch(ctx context.Context, log string, env, program []string) (measure, error) {
	self, err := os.Executable()
	if err != nil {
		return measure{}, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{LaunchArgument, log}, program...)...)
	cmd.Env, cmd.Stderr = env, os.Stderr
	// Killed, it would leave its child behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	text, err := cmd.Output()
	if err != nil {
		return measure{}, fmt.Errorf("launch of %q: %w", program[0], err)
	}
	var m measure
	if err := json.Unmarshal(text, &m); err != nil {
		return measure{}, fmt.Errorf("launch of %q: %w", program[0], err)
	}
	return m, nil
}

// LaunchArgument is the first argument of a process that is to call [Launch] with the
// second and those that follow.
const LaunchArgument = "launch"
