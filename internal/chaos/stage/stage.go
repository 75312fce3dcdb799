package stage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

const (
	bucket = "bucket"
	prefix = "www/"

	keyID, keySecret = "stage", "stage-secret"

	// theirs is the user agent of the other writer.
	theirs = "somebody-else"
)

// Options are the optional settings of a Stage.
type Options struct {
	// Workers is how many files, and how many pieces of each, are moved at a
	// time; 0 means 1.
	Workers int

	// Log is told each request of an apply once it was handled, before the
	// client has its answer.
	Log func(ossserver.Exchange)

	// Fault may disturb each request of an apply.
	Fault func(ossserver.Request) *ossserver.Fault
}

// Stage is where a scene is played. Its methods may be used by one goroutine at a
// time.
type Stage struct {
	Scene  Scene
	Dir    string // holds all of it; no file of it is outside
	Tree   string
	State  string
	Stored string // folder of the server
	Server *ossserver.Server

	// Service is how applies in this process call the service. With the address
	// of the server they share the state folder with those of other processes.
	Service string

	opts  Options
	other *oss.Client
	cut   atomic.Pointer[func(ossserver.Request) *ossserver.Fault]
	known map[string]string // content of an object, by its ETag
}

// canaries are files and objects around tree and prefix that no apply may touch.
var canaries = Sides{
	Files:   texts{"tree-canary/file": "canary", "treecanary": "canary"},
	Objects: texts{"www": "canary", "www-/a": "canary", "www0": "canary", "other/www/a": "canary"},
}

// Open makes the stage of a scene in dir, which must not exist. Close ends it.
func Open(dir string, scene Scene, opts Options) (*Stage, error) {
	opts.Workers = max(1, opts.Workers)
	st := &Stage{
		Scene: scene, Dir: dir, Tree: filepath.Join(dir, "tree"), State: filepath.Join(dir, "state"), Stored: filepath.Join(dir, "server"),
		Service: "stage", opts: opts, known: map[string]string{},
	}
	if err := os.MkdirAll(st.Tree, 0o755); err != nil {
		return nil, err
	}
	if err := st.Restart(); err != nil {
		return nil, err
	}
	err := st.Server.CreateBucket(bucket)
	for name, content := range canaries.Files {
		err = errors.Join(err, st.write(filepath.Join(dir, name), content))
	}
	for key, content := range canaries.Objects {
		err = errors.Join(err, st.put(key, content))
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return st, nil
}

// Restart opens the server on what its folder holds now. One that is open has to
// be closed before.
func (st *Stage) Restart() (err error) {
	st.Server, err = ossserver.Open(ossserver.Options{
		Dir: st.Stored, Credentials: map[string]string{keyID: keySecret}, NoSync: true,
		Hooks: &ossserver.Hooks{Fault: st.disturb, Log: st.note},
	})
	if err != nil {
		return err
	}
	st.other = oss.NewClient(oss.NewConfig().WithRegion("cn-hangzhou").WithEndpoint("http://stage").WithUsePathStyle(true).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(keyID, keySecret)).
		WithHttpClient(&http.Client{Transport: &http.Transport{DialContext: st.Server.DialContext, DisableKeepAlives: true}}).
		WithUserAgent(theirs).WithRetryMaxAttempts(1))
	return nil
}

// Close ends the server. The folder stays.
func (st *Stage) Close() error { return st.Server.Close() }

func (st *Stage) disturb(r ossserver.Request) *ossserver.Fault {
	if strings.Contains(r.Header.Get("User-Agent"), theirs) {
		return nil
	}
	if cut := st.cut.Load(); cut != nil {
		return (*cut)(r)
	}
	if st.opts.Fault != nil {
		return st.opts.Fault(r)
	}
	return nil
}

func (st *Stage) note(e ossserver.Exchange) {
	if st.opts.Log != nil && st.cut.Load() == nil && !strings.Contains(e.Header.Get("User-Agent"), theirs) {
		st.opts.Log(e)
	}
}

// SpecText is the spec of the stage's mapping over a store, which is YAML.
func (st *Stage) SpecText(store string) string {
	direction, more := "from", ""
	if st.Scene.Push {
		direction, more = "to", "    uploads: {abortAfter: 1h}\n    headers: [{match: \"*.html\", set: {Cache-Control: no-cache}}]\n"
	}
	return fmt.Sprintf(`version: 1
stores: {box: %s}
mappings:
  - name: site
    local: tree
    %s: oss://%s/%s
    prune: all
    transfer: {threshold: %dB, partSize: %dB, files: %d, parts: %d}
%s`, store, direction, bucket, prefix, Piece, Piece, st.opts.Workers, st.opts.Workers, more)
}

// Environ is what a process of its own needs in its environment to be let in.
func (st *Stage) Environ() []string {
	return []string{"OSS_ACCESS_KEY_ID=" + keyID, "OSS_ACCESS_KEY_SECRET=" + keySecret}
}

func (st *Stage) spec() (*spec.Spec, error) {
	return spec.Parse(filepath.Join(st.Dir, "osssync.yaml"), st.Dir, []byte(st.SpecText("{embedded: box}")))
}

func (st *Stage) client(wish spec.Store, connections int) (*ossclient.Client, error) {
	return ossclient.Open(wish, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider(keyID, keySecret),
		DialContext: st.Server.DialContext, Connections: connections,
	})
}

func (st *Stage) write(name, content string) error {
	if content == Absent {
		return os.Remove(name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(content), 0o644)
}

func (st *Stage) put(key, content string) (err error) {
	ctx := context.Background()
	if content == Absent {
		_, err = st.other.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(key)})
	} else {
		_, err = st.other.PutObject(ctx, &oss.PutObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(key), Body: strings.NewReader(content)})
	}
	return err
}

// change makes the sides as another writer and the user would.
func (st *Stage) change(to Sides) error {
	for path, content := range to.Files {
		if err := st.write(filepath.Join(st.Tree, filepath.FromSlash(path)), content); err != nil {
			return err
		}
	}
	for path, content := range to.Objects {
		if err := st.put(prefix+path, content); err != nil {
			return err
		}
	}
	return nil
}
