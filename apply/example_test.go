package apply_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

// A tree and a bucket are compared by size alone here; package reconcile shows
// the whole way.
func Example() {
	dir, err := os.MkdirTemp("", "apply")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("<h1>hello</h1>\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	server, err := ossserver.Open(ossserver.Options{Dir: filepath.Join(dir, ".osssync"), Credentials: map[string]string{"id": "secret"}})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	client, err := ossclient.Open(spec.Store{Name: "sandbox", Embedded: dir}, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret"), DialContext: server.DialContext,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	root, err := localfs.OpenRoot(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer root.Close()
	store, err := resumable.NewFileStore(filepath.Join(dir, ".osssync", "checkpoints"))
	if err := errors.Join(err, server.CreateBucket("my-site")); err != nil {
		log.Fatal(err)
	}
	m := &spec.Mapping{Name: "site", Root: dir, Bucket: "my-site", Prefix: "www/", Transfer: spec.Transfer{Threshold: 10 << 20, PartSize: 10 << 20, Files: 4, Parts: 1}}

	ctx := context.Background()
	section, err := decide(ctx, m, root, client, filepath.Join(dir, ".osssync"))
	if err != nil {
		log.Fatal(err)
	}
	env := apply.Env{Client: client, Mapping: m, Root: root, Store: store, Scope: "sandbox", RunID: "1", Now: time.Now}
	for result, err := range apply.Run(ctx, section, env) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(result.Outcome, result.Action.Where(), result.Bytes, result.Row.Remote.ETag)
	}
	// Output:
	// done index.html 15 E7B71A73BD854D1AA35BFEBA856E02A6
}

// decide makes a plan file in dir and reads it.
func decide(ctx context.Context, m *spec.Mapping, root *localfs.Root, client iter.Invoker, dir string) (*plan.Section, error) {
	scratch, err := os.CreateTemp(dir, "scratch")
	if err != nil {
		return nil, err
	}
	defer scratch.Close()
	file, err := os.CreateTemp(dir, "plan") // stays open for as long as the section is used
	if err != nil {
		return nil, err
	}
	policy, proof := plan.PolicyOf(m, time.Time{}, false), &plan.Proof{}
	draft := plan.NewDraft(&policy, scratch)
	sources := plan.Sources{
		Local: func(yield func(plan.Local, error) bool) {
			for e, err := range root.Walk(ctx, localfs.WalkOptions{}) {
				if !yield(plan.Local{Path: e.Path, Stat: apply.StatOf(e.Stat)}, err) {
					return
				}
			}
		},
		Remote: func(yield func(plan.Remote, error) bool) {
			for o, err := range iter.Objects(ctx, client, m.Bucket, iter.ObjectsOptions{Prefix: m.Prefix}) {
				if !yield(plan.Remote{Path: o.Key, Version: plan.Version{Size: o.Size, ETag: o.ETag}}, err) {
					return
				}
			}
		},
	}
	for state, err := range policy.PassOver(plan.Align(sources, proof)) {
		if err != nil {
			return nil, err
		}
		if err := draft.Add(&state, policy.Diff(&state, &plan.Evidence{})); err != nil {
			return nil, err
		}
	}
	err = errors.Join(
		plan.WriteFileHeader(file, "example", []string{m.Name}),
		draft.Finish(&plan.Header{Mapping: m.Name, Phases: m.Phases()}, proof, file))
	if err != nil {
		return nil, err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	read, err := plan.ReadFile(file, size)
	if err != nil {
		return nil, err
	}
	return read.Sections[0], nil
}
