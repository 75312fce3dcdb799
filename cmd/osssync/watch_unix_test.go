//go:build unix

package main

import (
	"context"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/osssync/osssync/internal/ossserver"
)

// TestWatch runs the real program beside a store whose requests are seen.
func TestWatch(t *testing.T) { testscript.Run(t, scripts("testdata/watch")) }

// seen is the requests of a script's store.
type seen struct {
	mu      sync.Mutex
	all     []ossserver.Exchange
	changed chan struct{} // holds a token after each
}

var stores sync.Map // by script

// store serves a bucket and expands $ENDPOINT in a spec: store DIR BUCKET SPEC.
func store(ts *testscript.TestScript, _ bool, args []string) {
	requests := &seen{changed: make(chan struct{}, 1)}
	s, err := ossserver.Open(ossserver.Options{
		Dir: ts.MkAbs(args[0]), Credentials: map[string]string{localKeyID: localKeySecret}, NoSync: true,
		Hooks: &ossserver.Hooks{Log: func(e ossserver.Exchange) {
			requests.mu.Lock()
			requests.all = append(requests.all, e)
			requests.mu.Unlock()
			select {
			case requests.changed <- struct{}{}:
			default:
			}
		}},
	})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Check(s.CreateBucket(args[1]))
	web := httptest.NewServer(s)
	ts.Defer(web.Close)
	ts.Setenv("ENDPOINT", web.URL)
	expand(ts, false, args[2:3])
	stores.Store(ts.Name(), requests)
}

// take returns the requests so far, and forgets them.
func (s *seen) take() []ossserver.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

// watchCommand starts osssync watch, or does something to it:
//
//	watch start [FLAG]...
//	watch signal HUP
//	watch kill
//	watch stop INT|TERM CODE    what it has logged becomes stderr
func watchCommand(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "start" {
		p := &process{Cmd: exec.Command("osssync", append([]string{"watch"}, args[1:]...)...)}
		p.Dir, p.Env, p.Stderr = ts.MkAbs("."), scriptEnv(ts), &p.stderr
		ts.Check(p.Start())
		processes.Store(ts.Name(), p)
		ts.Defer(func() {
			if p, running := processes.LoadAndDelete(ts.Name()); running {
				p.(*process).Process.Kill()
				p.(*process).Wait()
			}
		})
		return
	}
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}
	value, ok := processes.Load(ts.Name())
	if !ok {
		ts.Fatalf("no watch")
	}
	p := value.(*process)
	if args[0] == "signal" {
		ts.Check(p.Process.Signal(signals[args[1]]))
		return
	}
	processes.Delete(ts.Name())
	if args[0] == "kill" {
		p.Process.Kill()
		p.Wait()
		return
	}
	ts.Check(p.Process.Signal(signals[args[1]]))
	p.Wait()
	ts.Stderr().Write([]byte(p.stderr.String()))
	if got := p.ProcessState.ExitCode(); got != map[string]int{"130": 130, "143": 143}[args[2]] {
		ts.Fatalf("exit code %d, want %s: %s", got, args[2], p.stderr.String())
	}
}

// Times of the scripts. A machine under load is given some.
const (
	scriptSettle = time.Second // as in their specs
	scriptSlack  = 3 * time.Second
	scriptWait   = 30 * time.Second
)

// saved writes a file and wants its object soon, without a listing:
// saved FILE TEXT KEY.
func saved(ts *testscript.TestScript, _ bool, args []string) {
	value, _ := stores.Load(ts.Name())
	requests := value.(*seen)
	requests.take()
	begun := time.Now()
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[1]), 0o644))
	deadline := time.After(scriptSettle + scriptSlack)
	for {
		select {
		case <-requests.changed:
		case <-deadline:
			ts.Fatalf("%s is not there after %v", args[2], time.Since(begun))
		}
		for _, e := range requests.take() {
			switch {
			case strings.HasPrefix(string(e.Operation), "List"):
				ts.Fatalf("%s", e.Operation)
			case e.Operation == ossserver.PutObject && e.Key == args[2] && e.Status == 200:
				ts.Logf("%s after %v", args[2], time.Since(begun).Round(time.Millisecond))
				return
			}
		}
	}
}

// until runs status until it ends with a code and its text has all the words:
// until CODE [WORD]...
func until(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), scriptWait)
	defer cancel()
	last := ""
	for ctx.Err() == nil {
		cmd := exec.CommandContext(ctx, "osssync", "status")
		cmd.Dir, cmd.Env = ts.MkAbs("."), scriptEnv(ts)
		out, _ := cmd.CombinedOutput()
		last = string(out)
		met := cmd.ProcessState != nil && cmd.ProcessState.ExitCode() >= 0 && args[0] == code(cmd.ProcessState)
		for _, word := range args[1:] {
			met = met && strings.Contains(last, word)
		}
		if met {
			return
		}
	}
	ts.Fatalf("status never was %q but:\n%s", args, last)
}

// TestWatchTellsItsSupervisor listens where systemd would.
func TestWatchTellsItsSupervisor(t *testing.T) {
	dir := t.TempDir()
	text := "version: 1\nstores: {box: {embedded: box}}\nmappings:\n  - {name: site, local: tree, to: \"oss://bucket/\"}\n"
	if err := os.Mkdir(filepath.Join(dir, "tree"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "osssync.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	socket, told := supervisor(t, dir)
	cmd := exec.Command("osssync", "watch", "--state-dir", filepath.Join(dir, "state"), "--log-format", "json")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "NOTIFY_SOCKET="+socket)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	wants := func(word string) {
		t.Helper()
		for line := range told {
			if strings.Contains(line, word) {
				return
			}
		}
	}
	wants("READY=1")
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	wants("RELOADING=1")
	wants("READY=1")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wants("STOPPING=1")
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitTerminated {
		t.Errorf("exit code %d", code)
	}
}

// supervisor is a socket for sd_notify, and the lines that are sent there.
func supervisor(t *testing.T, dir string) (socket string, lines <-chan string) {
	t.Helper()
	socket = filepath.Join(dir, "notify")
	conn, err := net.ListenPacket("unixgram", socket)
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan string, 100)
	t.Cleanup(func() { conn.Close() })
	go func() {
		defer close(told)
		var b [4096]byte
		for {
			n, _, err := conn.ReadFrom(b[:])
			if err != nil {
				return
			}
			for line := range strings.Lines(string(b[:n])) {
				told <- strings.TrimSpace(line)
			}
		}
	}()
	return socket, told
}

func code(p *os.ProcessState) string { return strconv.Itoa(p.ExitCode()) }
