package chaos

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

const (
	bucketName = "bucket"
	prefix     = "www/"
	accessKey  = "chaos"

	// The canary secret: no output and no file may have it in any form.
	secret = "canary?secret>of~chaos/0123456789"

	// In user agents, to tell the two clients apart.
	ours, theirs = "osssync-run", "somebody-else"

	// Files from here on are sent in parts and fetched in ranges: the smallest
	// parts that OSS takes.
	threshold = 100 << 10
)

// world is a tree, a state folder and a bucket behind a wire, with canaries
// around them, and a record of every content that was ever written on purpose.
type world struct {
	scene  scene
	dir    string
	tree   string
	state  string
	server *ossserver.Server
	events ossserver.Journal // what runs had the server do
	wire   *wire
	other  *oss.Client // another writer's, whose requests never fail
	spec   *spec.Spec

	ahead     time.Duration              // from this process's clock to the one of files
	written   map[string]map[string]bool // path -> MD5 of every content that somebody wrote there
	foreign   map[string]bool            // paths at the target that somebody else wrote last
	links     map[string]bool            // symbolic links of the tree
	amended   map[string]bool            // files changed in place since they were last uploaded
	denied    map[string]bool            // folders of the tree that runs may not read
	versioned bool                       // the bucket has, or had, versions
	edits     int

	// Of the newest run: what others did meanwhile to files and objects, and calls to
	// the disk that went wrong.
	meddling latch // guards this paragraph, and what compose keeps
	meddled  map[string]intrusion
	rivalled map[string]intrusion
	broken   int
	damaged  int // how often the index was damaged since

	contents map[string]string // ETag of an object that went up in parts -> MD5 of its content
}

// latch is a mutex under which one may wait for the virtual clock: it stands still
// while somebody waits for a sync.Mutex.
type latch chan struct{}

func (l latch) Lock()   { l <- struct{}{} }
func (l latch) Unlock() { <-l }

// scene is what stays the same in all runs of a world.
type scene struct {
	push     bool
	prune    string // as in a spec
	pageSize int    // entries a page of a listing; 0: as asked for
	workers  int    // files and parts at a time
}

// openWorld makes a world in dir, which must not exist.
func openWorld(dir string, s scene) (w *world, err error) {
	w = &world{
		scene: s, dir: dir, tree: filepath.Join(dir, "tree"), state: filepath.Join(dir, "state"),
		written: map[string]map[string]bool{}, foreign: map[string]bool{}, links: map[string]bool{}, amended: map[string]bool{}, contents: map[string]string{}, denied: map[string]bool{}, meddling: make(latch, 1),
	}
	defer func() {
		if err != nil && w.server != nil {
			err = errors.Join(err, w.server.Close())
		}
	}()
	if err := w.configure(""); err != nil {
		return nil, err
	}
	for name, content := range canaryFiles {
		if err := writeFile(filepath.Join(dir, name), []byte(content)); err != nil {
			return nil, err
		}
	}
	if err := os.Mkdir(w.tree, 0o755); err != nil {
		return nil, err
	}
	made, err := os.Stat(w.tree)
	if err != nil {
		return nil, err
	}
	w.ahead = time.Until(made.ModTime())
	w.server, err = ossserver.Open(ossserver.Options{
		Dir: filepath.Join(dir, "server"), Credentials: map[string]string{accessKey: secret}, NoSync: true,
		Hooks: &ossserver.Hooks{Log: w.note}, Now: func() time.Time { return w.wire.now() },
	})
	if err != nil {
		return nil, err
	}
	w.wire = newWire(w.server, secret)
	w.wire.pageSize, w.wire.rival = s.pageSize, w.intrude
	w.other = w.writer()
	err = w.server.CreateBucket(bucketName)
	for key, content := range canaryObjects {
		if err == nil {
			err = putKey(w.other, key, []byte(content))
		}
	}
	if err != nil {
		w.wire.close()
	}
	return w, err
}

// writer returns a client that no fault meets. It learns the service's clock from one
// refusal, and then keeps to it.
func (w *world) writer() *oss.Client {
	return oss.NewClient(oss.NewConfig().WithRegion(region).WithEndpoint("http://" + host).WithUsePathStyle(true).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(accessKey, secret)).
		WithHttpClient(&http.Client{Transport: direct{w.server}}).WithUserAgent(theirs).WithRetryMaxAttempts(2))
}

// close ends the world. Its folder stays.
func (w *world) close() error {
	w.wire.close()
	return w.server.Close()
}

// Around both sides, what no run may touch.
var (
	canaryFiles   = map[string]string{"tree-canary/file": "canary", "treecanary": "canary"}
	canaryObjects = map[string]string{"www": "canary", "www-/a": "canary", "www0": "canary", "other/www/a": "canary"}
)

// configure gives the mapping further fields, each a line of YAML.
func (w *world) configure(fields string) error {
	direction := "from"
	if w.scene.push {
		direction = "to"
	}
	lines := []string{
		"version: 1", "stores: {box: {embedded: box}}", "mappings:", "  - name: site", "    local: tree",
		"    " + direction + ": oss://" + bucketName + "/" + prefix, "    prune: " + w.scene.prune,
		fmt.Sprintf("    transfer: {threshold: %dB, partSize: %dB, files: %d, parts: %d}", threshold, threshold, w.scene.workers, w.scene.workers),
	}
	if w.scene.push {
		lines = append(lines, "    uploads: {abortAfter: 1h}")
	}
	for field := range strings.Lines(fields) {
		lines = append(lines, "    "+strings.TrimSpace(field))
	}
	text := strings.Join(lines, "\n") + "\n"
	parsed, err := spec.Parse(filepath.Join(w.dir, "osssync.yaml"), w.dir, []byte(text))
	if err != nil {
		return fmt.Errorf("spec %q: %w", text, err)
	}
	w.spec = parsed
	return nil
}

func (w *world) mapping() *spec.Mapping { return &w.spec.Mappings[0] }

// now is the clock of the machine, as far as runs know.
func (w *world) now() time.Time { return time.Now().Add(w.ahead) }

// session opens what a process of its own would open.
func (w *world) session(ctx context.Context) (*reconcile.Session, error) {
	return reconcile.Open(ctx, w.spec, nil, reconcile.Options{
		StateDir: w.state, Tool: ours, Now: w.now,
		OpenStore: func(wish spec.Store, o reconcile.StoreOptions) (*reconcile.Store, error) {
			client, err := ossclient.Open(wish, ossclient.Options{
				Credentials: credentials.NewStaticCredentialsProvider(accessKey, secret),
				DialContext: w.wire.dialContext, Connections: o.Connections, UserAgent: o.Tool,
			})
			if err != nil {
				return nil, err
			}
			return &reconcile.Store{Client: client, Service: "chaos"}, nil
		},
	})
}

// note keeps what runs had the server do.
func (w *world) note(e ossserver.Exchange) {
	if strings.Contains(e.Header.Get("User-Agent"), ours) {
		w.events.Record(e)
	}
}

// direct is a transport without a network.
type direct struct{ server http.Handler }

// RoundTrip makes direct an http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.Host = r.URL.Host
	// As net/http sends it and the server tells it from no length at all.
	r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	return record(d.server, r).response(r), nil
}

// content makes up size bytes that no other edit makes.
func content(path string, n, size int) []byte {
	h := fnv.New64a()
	h.Write([]byte(path))
	random := rand.New(rand.NewPCG(h.Sum64(), uint64(n)))
	b := make([]byte, size+7)[:0]
	for len(b) < size {
		v := random.Uint64()
		b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24), byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56))
	}
	return b[:size]
}

func digest(content []byte) string {
	sum := md5.Sum(content)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
