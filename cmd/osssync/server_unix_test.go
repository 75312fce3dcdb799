//go:build unix

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

// process is an osssync that runs beside a script.
type process struct {
	*exec.Cmd
	out    *bufio.Reader // stdout
	stderr strings.Builder

	release chan struct{} // lets the store of stuck go on
}

// start starts osssync in the folder of the script.
func start(ts *testscript.TestScript, args ...string) *process {
	p := &process{Cmd: exec.Command("osssync", args...)}
	p.Dir, p.Env = ts.MkAbs("."), scriptEnv(ts)
	out, err := p.StdoutPipe()
	ts.Check(err)
	p.out = bufio.NewReader(out)
	p.Stderr = &p.stderr
	ts.Check(p.Start())
	return p
}

// scriptEnv returns the environment of a script, as far as osssync looks at it.
func scriptEnv(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{"HOME", "TERM", "NO_COLOR", "GORACE", "XDG_STATE_HOME", "OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// processes are those that scripts have started, one for each script.
var processes sync.Map

// server starts `osssync serve` at a free port and sets ENDPOINT:
//
//	server DIR [FLAG]...
//	server stop      ends it with SIGINT and wants exit code 0; what it printed becomes stdout and stderr
//	server kill      ends it with SIGKILL
func server(ts *testscript.TestScript, _ bool, args []string) {
	if p, ok := processes.Load(ts.Name()); ok {
		endServer(ts, p.(*process), args[0])
		return
	}
	p := start(ts, append([]string{"serve", "--addr", "127.0.0.1:0", "--dir"}, args...)...)
	line, err := p.out.ReadString('\n')
	if err != nil {
		ts.Fatalf("serve: %v, %v: %s", err, p.Wait(), p.stderr.String())
	}
	_, rest, _ := strings.Cut(line, " at ")
	endpoint, _, ok := strings.Cut(rest, " ")
	if !ok {
		ts.Fatalf("no address in %q", line)
	}
	ts.Setenv("ENDPOINT", endpoint)
	processes.Store(ts.Name(), p)
	ts.Defer(func() {
		if _, running := processes.LoadAndDelete(ts.Name()); running {
			p.Process.Kill()
			p.Wait()
		}
	})
}

func endServer(ts *testscript.TestScript, p *process, how string) {
	processes.Delete(ts.Name())
	if how == "kill" {
		p.Process.Kill()
		p.Wait()
		return
	}
	ts.Check(p.Process.Signal(os.Interrupt))
	_, err := io.Copy(ts.Stdout(), p.out)
	ts.Check(err)
	err = p.Wait()
	io.WriteString(ts.Stderr(), p.stderr.String())
	if err != nil || p.stderr.Len() > 0 && !slices.Contains(p.Args, "--log") {
		ts.Fatalf("serve after SIGINT: %v: %s", err, p.stderr.String())
	}
}

// htmlProxy starts a server that answers everything with a login page, and sets
// ENDPOINT.
func htmlProxy(ts *testscript.TestScript, _ bool, _ []string) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<html><body>Please log in</body></html>")
	}))
	ts.Defer(s.Close)
	ts.Setenv("ENDPOINT", s.URL)
}

// oldUpload begins a multipart upload with one part, thirty days ago, in an
// embedded store: oldupload DIR BUCKET KEY.
func oldUpload(ts *testscript.TestScript, _ bool, args []string) {
	past := func() time.Time { return time.Now().Add(-30 * 24 * time.Hour) }
	const id, secret = "past", "past-secret"
	s, err := ossserver.Open(ossserver.Options{Dir: ts.MkAbs(args[0]), Credentials: map[string]string{id: secret}, Now: past})
	ts.Check(err)
	defer s.Close()
	ts.Check(s.CreateBucket(args[1]))
	client, err := ossclient.Open(spec.Store{Name: "past", Embedded: args[0]}, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider(id, secret), DialContext: s.DialContext,
	})
	ts.Check(err)
	defer client.Close()
	ctx := context.Background()
	begun, err := client.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: &args[1], Key: &args[2]})
	ts.Check(err)
	_, err = client.UploadPart(ctx, &oss.UploadPartRequest{
		Bucket: &args[1], Key: &args[2], UploadId: begun.UploadId, PartNumber: 1, Body: strings.NewReader(strings.Repeat("x", 2048)),
	})
	ts.Check(err)
	ts.Setenv("UPLOAD_ID", *begun.UploadId)
}

// stuck starts osssync with a spec whose store holds the third part of an upload
// back, and returns when it gets there: stuck DIR BUCKET SPEC COMMAND [ARG]... In
// the spec, $ENDPOINT is replaced. sendSignal goes on from there.
func stuck(ts *testscript.TestScript, _ bool, args []string) {
	reached, release := make(chan struct{}), make(chan struct{})
	var parts atomic.Int32
	hooks := &ossserver.Hooks{Fault: func(r ossserver.Request) *ossserver.Fault {
		if !r.Query.Has("partNumber") {
			return nil
		}
		n := parts.Add(1)
		if n == 3 {
			close(reached)
		}
		if n < 3 {
			return nil
		}
		return &ossserver.Fault{Wait: release}
	}}
	s, err := ossserver.Open(ossserver.Options{Dir: ts.MkAbs(args[0]), Credentials: map[string]string{localKeyID: localKeySecret}, Hooks: hooks})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Check(s.CreateBucket(args[1]))
	web := httptest.NewServer(s)
	ts.Defer(web.Close)
	ts.Setenv("ENDPOINT", web.URL)
	expand(ts, false, args[2:3])
	p := start(ts, append(args[3:], "-f", args[2])...)
	p.release = release
	processes.Store(ts.Name(), p)
	<-reached
}

// sendSignal sends a signal to what stuck has started, wants it to end with a code
// within two seconds, and lets the store go on: signal INT|TERM CODE. What it has
// printed becomes stdout.
func sendSignal(ts *testscript.TestScript, _ bool, args []string) {
	value, _ := processes.LoadAndDelete(ts.Name())
	p := value.(*process)
	defer close(p.release)
	sent := time.Now()
	ts.Check(p.Process.Signal(map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM}[args[0]]))
	_, err := io.Copy(ts.Stdout(), p.out)
	ts.Check(err)
	p.Wait()
	if took := time.Since(sent); took > 2*time.Second {
		ts.Fatalf("it took %v to end", took)
	}
	if got := strconv.Itoa(p.ProcessState.ExitCode()); got != args[1] {
		ts.Fatalf("exit code %s, want %s: %s", got, args[1], p.stderr.String())
	}
	if got, want := p.stderr.String(), "osssync: interrupted; what was sent is kept, run again to go on\n"; got != want {
		ts.Fatalf("stderr %q, want %q", got, want)
	}
}
