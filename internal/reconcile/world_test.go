package reconcile

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

func TestMain(m *testing.M) {
	flag.Set("rapid.checks", "8") // each is some applies; the command line may ask for more
	goleak.VerifyTestMain(m)
}

// tester is what testing.T and rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

const (
	testBucket = "bucket"
	testPrefix = "www/"
)

// world is a tree, a state folder, and a bucket behind a server that can be
// watched and disturbed.
type world struct {
	t       tester
	dir     string
	tree    string
	state   string
	server  *ossserver.Server
	journal *ossserver.Journal
	fault   atomic.Pointer[func(ossserver.Request) *ossserver.Fault]
	client  *ossclient.Client // the sessions'
	other   *ossclient.Client // another writer's, whose requests are not disturbed
	spec    *spec.Spec
	deep    bool
	now     func() time.Time
	scan    *Scan

	maxPlanAge time.Duration
	// As in Session.
	secondLock func(name string) locker
	fileSystem func(path string) string
	free       func(dir string) (bytes int64, known bool)
}

// The user agents of the two clients tell their requests apart.
const ours, theirs = "osssync-test", "somebody-else"

// newWorld makes a world with one mapping "site"; fields are added to it as they
// stand. attempts is how often our client sends a request.
func newWorld(t tester, dir, direction, fields string, attempts int) *world {
	t.Helper()
	w := &world{
		t: t, dir: dir, tree: filepath.Join(dir, "tree"), state: filepath.Join(dir, "state"),
		journal: &ossserver.Journal{}, now: time.Now, scan: &Scan{},
	}
	w.edit(direction, fields)
	if err := os.MkdirAll(w.tree, 0o755); err != nil {
		t.Fatal(err)
	}
	const id, secret = "id", "secret"
	var err error
	w.server, err = ossserver.Open(ossserver.Options{
		Dir: filepath.Join(dir, "server"), Credentials: map[string]string{id: secret}, NoSync: true,
		Hooks: &ossserver.Hooks{Fault: w.disturb, Log: w.note},
	})
	if err == nil {
		err = w.server.CreateBucket(testBucket)
	}
	if err != nil {
		t.Fatal(err)
	}
	open := func(agent string, attempts int) *ossclient.Client {
		c, err := ossclient.Open(spec.Store{Name: "box", Embedded: "/memory"}, ossclient.Options{
			Credentials: credentials.NewStaticCredentialsProvider(id, secret),
			DialContext: w.server.DialContext, UserAgent: agent, MaxAttempts: attempts,
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	w.client, w.other = open(ours, attempts), open(theirs, 1)
	return w
}

func (w *world) close() {
	w.client.Close()
	w.other.Close()
	if err := w.server.Close(); err != nil {
		w.t.Errorf("close server: %v", err)
	}
}

// pushWorld is a world for a push, closed with the test.
func pushWorld(t *testing.T, fields string) *world {
	t.Helper()
	w := newWorld(t, t.TempDir(), "to", fields, 5)
	t.Cleanup(w.close)
	return w
}

func pullWorld(t *testing.T, fields string) *world {
	t.Helper()
	w := newWorld(t, t.TempDir(), "from", fields, 5)
	t.Cleanup(w.close)
	return w
}

// edit gives the spec other fields.
func (w *world) edit(direction, fields string) {
	w.t.Helper()
	text := "version: 1\nstores: {box: {embedded: box}}\nmappings:\n  - name: site\n    local: tree\n    " +
		direction + ": oss://" + testBucket + "/" + testPrefix + "\n"
	for line := range strings.Lines(fields) {
		text += "    " + strings.TrimSpace(line) + "\n"
	}
	s, err := spec.Parse(filepath.Join(w.dir, "osssync.yaml"), w.dir, []byte(text))
	if err != nil {
		w.t.Fatalf("%v in\n%s", err, text)
	}
	w.spec = s
}

func (w *world) mapping() *spec.Mapping { return &w.spec.Mappings[0] }

// session is what Open gives for a spec whose store is the world's server.
func (w *world) session() *Session {
	opts := Options{StateDir: w.state, Tool: ours, Deep: w.deep, Now: w.now, Scan: w.scan, MaxPlanAge: w.maxPlanAge}
	st := &Store{Client: w.client, Service: "memory"}
	return &Session{spec: w.spec, opts: opts.withDefaults(), stores: map[string]*Store{w.mapping().Store: st}, secondLock: w.secondLock, fileSystem: w.fileSystem, free: w.free}
}

func isOurs(r ossserver.Request) bool { return strings.Contains(r.Header.Get("User-Agent"), ours) }

func (w *world) disturb(r ossserver.Request) *ossserver.Fault {
	if fault := w.fault.Load(); fault != nil && isOurs(r) {
		return (*fault)(r)
	}
	return nil
}

func (w *world) note(e ossserver.Exchange) {
	if isOurs(e.Request) {
		w.journal.Record(e)
	}
}

// during runs f while requests of ours meet fault.
func (w *world) during(fault func(ossserver.Request) *ossserver.Fault, f func()) {
	w.fault.Store(&fault)
	defer w.fault.Store(nil)
	f()
}

// equal compares trees, buckets and the like.
func equal(t tester, what string, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// writing are the operations that change something at the service.
func (w *world) writing() []string {
	var changes []string
	reads := []ossserver.Operation{
		ossserver.ListObjects, ossserver.ListObjectsV2, ossserver.ListMultipartUploads, ossserver.ListParts,
		ossserver.HeadObject, ossserver.GetObject, ossserver.GetObjectMeta,
	}
	for _, e := range w.journal.Exchanges() {
		if !slices.Contains(reads, e.Operation) {
			changes = append(changes, string(e.Operation)+" "+e.Key)
		}
	}
	return changes
}
