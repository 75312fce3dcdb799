//go:build unix

package main

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
)

// wrongWorld is a folder with a good spec, a tree of one file, and a service with
// its bucket; a case spoils something of it.
type wrongWorld struct {
	t        *testing.T
	dir      string
	env      map[string]string
	server   *ossserver.Server
	endpoint string

	mu      sync.Mutex
	ahead   time.Duration // of the service's clock
	fault   *ossserver.Fault
	changes []string // that reached the service
}

const goodSpec = `version: 1
stores:
  remote: {region: cn-hangzhou, endpoint: "$ENDPOINT", credentials: env}
mappings:
  - name: site
    local: tree
    to: oss://my-bucket/x/
    prune: all
`

func newWrongWorld(t *testing.T) *wrongWorld {
	t.Helper()
	// Where lines are broken follows from the length of the path.
	w := &wrongWorld{t: t, dir: t.TempDir()}
	w.dir = filepath.Join(w.dir, strings.Repeat("w", 200-len(w.dir)))
	err := os.Mkdir(w.dir, 0o755)
	w.check(err)
	w.server, err = ossserver.Open(ossserver.Options{
		Dir: t.TempDir(), Credentials: map[string]string{localKeyID: localKeySecret}, NoSync: true, Now: w.now,
		Hooks: &ossserver.Hooks{Fault: w.disturb, Log: w.note},
	})
	if err == nil {
		err = w.server.CreateBucket("my-bucket")
	}
	w.check(err)
	web := httptest.NewServer(w.server)
	t.Cleanup(func() {
		web.Close()
		w.server.Close()
	})
	w.endpoint = web.URL
	w.env = map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": filepath.Join(w.dir, "home"), "GORACE": "atexit_sleep_ms=0",
		"OSS_ACCESS_KEY_ID": localKeyID, "OSS_ACCESS_KEY_SECRET": localKeySecret,
	}
	w.write("osssync.yaml", goodSpec)
	w.write("tree/a.txt", "a")
	return w
}

func (w *wrongWorld) expand(text string) string {
	return strings.ReplaceAll(text, "$ENDPOINT", w.endpoint)
}

func (w *wrongWorld) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *wrongWorld) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

func (w *wrongWorld) disturb(ossserver.Request) *ossserver.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

func (w *wrongWorld) note(e ossserver.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := e.Method; m != "GET" && m != "HEAD" && e.Status/100 == 2 {
		w.changes = append(w.changes, string(e.Operation)+" "+e.Key)
	}
}

// forget returns the changes that reached the service since the last call.
func (w *wrongWorld) forget() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	changes := w.changes
	w.changes = nil
	return changes
}

// set makes a change that requests see.
func (w *wrongWorld) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// write writes a file below the folder, in which $ENDPOINT is replaced.
func (w *wrongWorld) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	w.check(errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(w.expand(text)), 0o644)))
}

func (w *wrongWorld) read(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	w.check(err)
	return string(text)
}

// edit replaces a text that a file must have; $ENDPOINT is that of the service.
func (w *wrongWorld) edit(name, old, new string) {
	w.t.Helper()
	text := w.read(name)
	old, new = w.expand(old), w.expand(new)
	if !strings.Contains(text, old) {
		w.t.Fatalf("%s lacks %q", name, old)
	}
	w.check(os.WriteFile(filepath.Join(w.dir, name), []byte(strings.ReplaceAll(text, old, new)), 0o644))
}

func (w *wrongWorld) remove(name string) {
	w.t.Helper()
	w.check(os.RemoveAll(filepath.Join(w.dir, name)))
}

// files are the contents of the tree.
func (w *wrongWorld) files() map[string]string {
	w.t.Helper()
	tree := map[string]string{}
	err := filepath.WalkDir(filepath.Join(w.dir, "tree"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		tree[path] = string(content)
		return err
	})
	if !errors.Is(err, fs.ErrNotExist) {
		w.check(err)
	}
	return tree
}

// osssync runs the program in the folder.
func (w *wrongWorld) osssync(args string) (code int, stdout, stderr string) {
	w.t.Helper()
	cmd := exec.Command("osssync", strings.Fields(w.expand(args))...)
	cmd.Dir = w.dir
	for _, name := range slices.Sorted(maps.Keys(w.env)) {
		cmd.Env = append(cmd.Env, name+"="+w.env[name])
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		w.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// done runs the program and wants it to end well.
func (w *wrongWorld) done(args string) {
	w.t.Helper()
	if code, stdout, stderr := w.osssync(args); code != exitDone {
		w.t.Fatalf("osssync %s: exit %d\n%s%s", args, code, stdout, stderr)
	}
}

// state returns the path of a file in the state folder of the mapping.
func (w *wrongWorld) state(name string) string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(w.dir, "home", ".local", "state", "osssync", "site-*", name))
	if err != nil || len(found) != 1 {
		w.t.Fatalf("state file %q: %q, %v", name, found, err)
	}
	return found[0]
}
