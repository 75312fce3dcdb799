//go:build unix

package crash

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/osssync/osssync/internal/chaos/stage"
	"github.com/osssync/osssync/internal/ossserver"
)

// Victim is the program before an apply that it is not to survive.
type Victim struct {
	Stage *stage.Stage

	web     *httptest.Server
	program string // that recovers
	workers int64
	moved   atomic.Int64 // bytes of content that passed the wire

	fault atomic.Pointer[func(ossserver.Request) *ossserver.Fault]
}

// Place sets a victim up in dir, which must not exist. workers is how many files,
// and how many pieces of each, it moves at a time. program is what recovers.
func Place(ctx context.Context, dir, program string, scene stage.Scene, workers int) (v *Victim, err error) {
	v = &Victim{program: program, workers: int64(workers)}
	if v.Stage, err = stage.Open(dir, scene, stage.Options{Workers: workers, Log: v.note, Fault: v.disturb}); err != nil {
		return nil, err
	}
	v.web = httptest.NewServer(v.Stage.Server)
	v.Stage.Service = v.web.URL
	text := v.Stage.SpecText(fmt.Sprintf("{region: cn-hangzhou, endpoint: %q, credentials: env}", v.web.URL))
	if err = os.WriteFile(v.spec(), []byte(text), 0o600); err == nil {
		err = v.Stage.Ready(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	v.moved.Store(0)
	return v, nil
}

// Close ends the server. The folder stays.
func (v *Victim) Close() error {
	v.web.CloseClientConnections()
	v.web.Close()
	return v.Stage.Close()
}

func (v *Victim) spec() string { return filepath.Join(v.Stage.Dir, "osssync.yaml") }

func (v *Victim) note(e ossserver.Exchange) {
	switch e.Operation {
	case ossserver.PutObject, ossserver.UploadPart:
		v.moved.Add(e.Received)
	case ossserver.GetObject:
		v.moved.Add(e.Sent)
	}
}

func (v *Victim) disturb(r ossserver.Request) *ossserver.Fault {
	if fault := v.fault.Load(); fault != nil {
		return (*fault)(r)
	}
	return nil
}

// Command is the program as recovery runs it, with its arguments.
func (v *Victim) Command(ctx context.Context, args ...string) *exec.Cmd {
	return v.command(ctx, nil, v.program, args...)
}

// command is a program with its arguments, after what traces it, if anything.
func (v *Victim) command(ctx context.Context, tracer []string, program string, args ...string) *exec.Cmd {
	line := append(tracer[:len(tracer):len(tracer)], program)
	line = append(line, args...)
	line = append(line, "-f", v.spec(), "--state-dir", v.Stage.State)
	c := exec.CommandContext(ctx, line[0], line[1:]...)
	c.Env = append(os.Environ(), v.Stage.Environ()...)
	c.Dir = v.Stage.Dir
	return c
}

// Die lets the program apply until the point kills it. hit is false if it ended
// before it came there.
func (v *Victim) Die(ctx context.Context, p Point) (hit bool, err error) {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	c := v.command(ctx, p.tracer, p.program, "apply", "--auto-approve")
	c.Env = append(c.Env, p.env...)
	if p.request > 0 {
		defer v.dieOnRequest(ctx, kill, p)()
	}
	var output strings.Builder
	c.Stdout, c.Stderr = &output, &output
	if err := c.Start(); err != nil {
		return false, err
	}
	if p.after > 0 {
		timer := time.AfterFunc(p.after, kill)
		defer timer.Stop()
	}
	code, err := ExitCode(c.Wait())
	if errors.Is(err, context.Canceled) { // it had ended by itself
		code, err = 0, nil
	}
	if err == nil && code != killed && code != 0 {
		err = fmt.Errorf("exit code %d before it was killed: %s", code, output.String())
	}
	return code == killed, err
}

// dieOnRequest has the program killed when its nth request arrives, or was done. From
// then on it has no answers.
func (v *Victim) dieOnRequest(ctx context.Context, kill func(), p Point) (restore func()) {
	var seen atomic.Int64
	done := make(chan struct{})
	fault := func(r ossserver.Request) *ossserver.Fault {
		n, counts := seen.Load(), p.only == "" || r.Operation == p.only
		if counts {
			n = seen.Add(1)
		}
		switch {
		case n < int64(p.request):
			return nil
		case counts && n == int64(p.request) && p.done:
			go func() {
				defer close(done) // or a request that another one's kill overtook would wait on
				select {
				case done <- struct{}{}: // the server takes it when the request is done
					kill()
				case <-ctx.Done():
				}
			}()
			return &ossserver.Fault{When: ossserver.AfterCommit, Wait: done, Drop: true}
		}
		kill()
		return &ossserver.Fault{Drop: true}
	}
	v.fault.Store(&fault)
	return func() { v.fault.Store(nil) }
}

// Recover runs the program again, and reports what that does not put right: after
// one apply both sides are at the goal, nothing lies about here or at the service,
// nothing is due, and no more was sent than is needed and one piece for each worker.
func (v *Victim) Recover(ctx context.Context) error {
	if err := v.Stage.Intact(); err != nil {
		return fmt.Errorf("after the crash: %w", err)
	}
	for _, step := range [][]string{{"apply", "--auto-approve"}, {"plan", "--detailed-exitcode"}} {
		text, err := v.Command(ctx, step...).CombinedOutput()
		if code, err := ExitCode(err); err != nil || code != 0 {
			return fmt.Errorf("%s after the crash: exit code %d, %w: %s", step[0], code, err, text)
		}
	}
	if err := v.Stage.Settled(); err != nil {
		return err
	}
	need := v.Stage.Scene.Bytes()
	if most := need + v.workers*v.workers*stage.Piece; v.moved.Load() > most {
		return fmt.Errorf("%d bytes of content were moved: needed were %d, allowed are %d", v.moved.Load(), need, most)
	}
	return v.Stage.NoUploads(ctx)
}
