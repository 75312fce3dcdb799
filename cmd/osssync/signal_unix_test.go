//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// signalled are the scripts of one topic of testdata/signal.
func signalled(names ...string) testscript.Params {
	p := scripts("")
	for _, name := range names {
		p.Files = append(p.Files, "testdata/signal/"+name+".txtar")
	}
	return p
}

func TestS14_Signals(t *testing.T) { testscript.Run(t, signalled("interrupt", "terminate")) }

func TestC11_AbortBesideApply(t *testing.T) { testscript.Run(t, signalled("beside")) }

// stubborn is a program that goes on after its context has ended.
func stubborn() {
	ctx, stop := interruptible(context.Background())
	defer stop()
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("told")
	select {}
}

// TestS14_SecondSignal has a program that does not listen: a second signal ends it
// at once, and the first alone does when its time is up.
func TestS14_SecondSignal(t *testing.T) {
	for _, signals := range []int{1, 2} {
		t.Run(fmt.Sprint(signals), func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("stubborn")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			lines := bufio.NewScanner(out)
			var last time.Time
			for n := range 2 {
				if !lines.Scan() || lines.Text() != []string{"ready", "told"}[n] {
					t.Fatalf("%q, %v", lines.Text(), lines.Err())
				}
				if last = time.Now(); n < signals {
					if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
						t.Fatal(err)
					}
				}
			}
			cmd.Wait()
			took := time.Since(last)
			if code := cmd.ProcessState.ExitCode(); code != exitTerminated {
				t.Errorf("exit code %d, want %d", code, exitTerminated)
			}
			if signals == 1 && (took < patience/2 || took > 10*time.Second) || signals == 2 && took > patience*2/3 {
				t.Errorf("it took %v after %d signals", took, signals)
			}
		})
	}
}
