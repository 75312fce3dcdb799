//go:build linux

package crash

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// traced are the system calls before which the program is killed. One of them that
// the machine does not have is left out by strace for its question mark.
var traced = []string{
	"rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "fsync", "fdatasync",
	"pwrite64", "write", "ftruncate", "sendto", "openat", "mkdirat",
}

// CanTrace reports why strace cannot be used, if it cannot.
func CanTrace(ctx context.Context) error {
	path, err := exec.LookPath("strace")
	if err != nil {
		return err
	}
	code, err := ExitCode(exec.CommandContext(ctx, path, "-f", "-qq", "-o", os.DevNull, "-e", "trace=execve,exit_group", "-e", "inject=exit_group:signal=KILL", "true").Run())
	if err == nil && code != killed {
		err = errors.New("strace does not inject signals")
	}
	return err
}

// TracePoints are the points before each system call of an apply of v, made for
// that, which changes a file or talks. strace counts the calls of each thread; the
// nth of any thread that gets there is a point.
func (v *Victim) TracePoints(ctx context.Context, program string) ([]Point, error) {
	record := filepath.Join(v.Stage.Dir, "osssync-trace")
	tracer := []string{"strace", "-f", "-qq", "-o", record, "-e", "trace=?" + strings.Join(traced, ",?")}
	if text, err := v.command(ctx, tracer, program, "apply", "--auto-approve").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("trace: %w: %s", err, text)
	}
	text, err := os.ReadFile(record)
	if err != nil {
		return nil, err
	}
	most := map[string]int{} // calls of a kind by one thread
	byThread := map[string]int{}
	for line := range strings.Lines(string(text)) {
		thread, rest, _ := strings.Cut(line, " ")
		call, _, ok := strings.Cut(strings.TrimSpace(rest), "(")
		if !ok || strings.Contains(call, " ") { // the end of a call that another thread interrupted, a signal
			continue
		}
		byThread[thread+" "+call]++
		most[call] = max(most[call], byThread[thread+" "+call])
	}
	var points []Point
	for _, call := range slices.Sorted(maps.Keys(most)) {
		for n := 1; n <= most[call]; n++ {
			name := fmt.Sprintf("%s:signal=KILL:when=%d", call, n)
			points = append(points, Point{
				Name: "strace " + name, program: program,
				tracer: []string{"strace", "-f", "-qq", "-o", os.DevNull, "-e", "trace=" + call, "-e", "inject=" + name},
			})
		}
	}
	return points, nil
}
