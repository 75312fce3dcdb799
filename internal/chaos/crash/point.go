//go:build unix

package crash

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
)

// Point is where the program dies, and how it is made to.
type Point struct {
	Name string

	program string
	tracer  []string // command that runs the program
	env     []string
	request int                 // of the server, from 1; 0: none
	done    bool                // the request was done
	only    ossserver.Operation // the requests that count; "": all
	after   time.Duration
}

// effects are the calls to the disk that change it, or are between such calls.
var effects = []string{
	"create", "mkdir", "write", "sync", "truncate", "chmod", "chtimes", "close", "rename", "link", "remove", "rmdir", "commit", "lock",
}

// FailPoints are the points before, after and, for writes, within each call to the
// disk by which an apply of v, made for that, changes it. program is one with fail
// points.
func (v *Victim) FailPoints(ctx context.Context, program string) ([]Point, error) {
	list := filepath.Join(v.Stage.Dir, "osssync-calls")
	c := v.command(ctx, nil, program, "apply", "--auto-approve")
	c.Env = append(c.Env, "OSSSYNC_FAILPOINT_LIST="+list)
	if text, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("list of calls: %w: %s", err, text)
	}
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	var points []Point
	for line := range strings.Lines(string(text)) {
		op, _, _ := strings.Cut(line, "\t")
		counts[op]++
		if !slices.Contains(effects, op) {
			continue
		}
		whats := []string{"kill-before", "kill-after"}
		if op == "write" {
			whats = append(whats, "kill-half")
		}
		for _, what := range whats {
			name := fmt.Sprintf("%s:%d:%s", op, counts[op], what)
			points = append(points, Point{Name: name, program: program, env: []string{"OSSSYNC_FAILPOINT=" + name}})
		}
	}
	return points, nil
}

// RequestPoints are the points at which the nth of some requests arrives at the
// server, or was done.
func RequestPoints(program string, requests int) (points []Point) {
	for n := 1; n <= requests; n++ {
		for _, done := range []bool{false, true} {
			points = append(points, Point{Name: fmt.Sprintf("request:%d:done=%t", n, done), program: program, request: n, done: done})
		}
	}
	return points
}

// OperationPoint is when the first request of an operation was done at the server and
// nobody has heard of it.
func OperationPoint(program string, op ossserver.Operation) Point {
	return Point{Name: fmt.Sprintf("%v done", op), program: program, request: 1, done: true, only: op}
}

// TimePoint is a moment after the start.
func TimePoint(program string, after time.Duration) Point {
	return Point{Name: "after " + after.String(), program: program, after: after}
}
