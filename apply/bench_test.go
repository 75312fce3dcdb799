package apply_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"go.uber.org/goleak"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	bucket = "bucket"
	prefix = "www/"
)

// bench is a tree and a bucket for one mapping, and all that a run needs.
type bench struct {
	t       *testing.T
	tree    string
	env     apply.Env
	journal *ossserver.Journal
	fault   atomic.Pointer[func(ossserver.Request) *ossserver.Fault]
	client  *ossclient.Client
	phases  int
	plans   []*os.File
}

// closePlans makes the rows of all sections unreadable.
func (b *bench) closePlans() {
	for _, f := range b.plans {
		f.Close()
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, tree: t.TempDir(), journal: &ossserver.Journal{}, phases: 1}
	server, err := ossserver.Open(ossserver.Options{
		Dir: t.TempDir(), Credentials: map[string]string{"id": "secret"}, NoSync: true,
		Hooks: &ossserver.Hooks{Fault: b.disturb, Log: b.journal.Record},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	b.client, err = ossclient.Open(spec.Store{Name: "box", Embedded: "/memory"}, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret"), DialContext: server.DialContext, MaxAttempts: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	root, err := localfs.OpenRoot(b.tree)
	if err != nil {
		t.Fatal(err)
	}
	store, err := resumable.NewFileStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.client.Close()
		if err := errors.Join(root.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
	b.env = apply.Env{
		Client: b.client, Root: root, Store: store, Scope: "memory", RunID: "run", Now: time.Now, Progress: &apply.Progress{},
		Mapping: &spec.Mapping{
			Name: "site", Root: b.tree, Bucket: bucket, Prefix: prefix,
			Transfer: spec.Transfer{Threshold: 1 << 20, PartSize: 100 << 10, Files: 4, Parts: 2},
		},
	}
	return b
}

func (b *bench) disturb(r ossserver.Request) *ossserver.Fault {
	if fault := b.fault.Load(); fault != nil {
		return (*fault)(r)
	}
	return nil
}

// meets sets what happens to requests from now on.
func (b *bench) meets(fault func(ossserver.Request) *ossserver.Fault) { b.fault.Store(&fault) }

// when does something at the first request of an operation, before it is served.
func (b *bench) when(op ossserver.Operation, do func()) {
	var once sync.Once
	b.meets(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == op {
			once.Do(do)
		}
		return nil
	})
}

// section is a plan with these actions.
func (b *bench) section(actions ...plan.Action) *plan.Section {
	b.t.Helper()
	slices.SortStableFunc(actions, func(x, y plan.Action) int { return strings.Compare(x.Where(), y.Where()) })
	file := func() *os.File {
		f, err := os.CreateTemp(b.t.TempDir(), "plan")
		if err != nil {
			b.t.Fatal(err)
		}
		b.plans = append(b.plans, f)
		b.t.Cleanup(func() { f.Close() })
		return f
	}
	policy := plan.Policy{}
	draft := plan.NewDraft(&policy, file())
	for _, a := range actions {
		if err := draft.Add(&plan.State{Path: a.Where()}, plan.Verdict{Class: plan.ClassChange, Action: a}); err != nil {
			b.t.Fatal(err)
		}
	}
	nothing := plan.Sources{Local: func(func(plan.Local, error) bool) {}, Remote: func(func(plan.Remote, error) bool) {}}
	var proof plan.Proof
	for range plan.Align(nothing, &proof) {
		b.t.Fatal("something in nothing")
	}
	out := file()
	err := errors.Join(
		plan.WriteFileHeader(out, "test", []string{"site"}),
		draft.Finish(&plan.Header{Mapping: "site", Phases: b.phases}, &proof, out))
	if err != nil {
		b.t.Fatal(err)
	}
	info, err := out.Stat()
	if err != nil {
		b.t.Fatal(err)
	}
	read, err := plan.ReadFile(out, info.Size())
	if err != nil {
		b.t.Fatal(err)
	}
	return read.Sections[0]
}

// run runs actions to the end of the sequence.
func (b *bench) run(actions ...plan.Action) (map[string]apply.Result, error) {
	b.t.Helper()
	results := map[string]apply.Result{}
	for result, err := range apply.Run(b.t.Context(), b.section(actions...), b.env) {
		if err != nil {
			return results, err
		}
		results[result.Action.Where()] = result
	}
	return results, nil
}

// one runs a single action.
func (b *bench) one(a plan.Action) apply.Result {
	b.t.Helper()
	results, err := b.run(a)
	if err != nil {
		b.t.Fatal(err)
	}
	result, ok := results[a.Where()]
	if !ok {
		b.t.Fatalf("no result of %q", a.Where())
	}
	return result
}

// write makes a file and returns what a plan would see of it.
func (b *bench) write(path, content string) plan.Stat {
	b.t.Helper()
	name := filepath.Join(b.tree, filepath.FromSlash(path))
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o644)); err != nil {
		b.t.Fatal(err)
	}
	stat, err := b.env.Root.Lstat(path)
	if err != nil {
		b.t.Fatal(err)
	}
	return apply.StatOf(stat)
}

func (b *bench) content(path string) string {
	content, err := os.ReadFile(filepath.Join(b.tree, filepath.FromSlash(path)))
	if errors.Is(err, os.ErrNotExist) {
		return absent
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return string(content)
}

// absent stands for the content of no file or object.
const absent = "-"

// put makes an object and returns what a listing would tell of it.
func (b *bench) put(path, content string) plan.Version {
	b.t.Helper()
	_, err := b.client.PutObject(context.Background(), &oss.PutObjectRequest{
		Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + path), Body: strings.NewReader(content),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.version(path)
}

func (b *bench) version(path string) plan.Version {
	b.t.Helper()
	page, err := b.client.ListObjectsV2(context.Background(), &oss.ListObjectsV2Request{Bucket: oss.Ptr(bucket), Prefix: oss.Ptr(prefix + path)})
	if err != nil || len(page.Contents) == 0 || *page.Contents[0].Key != prefix+path {
		b.t.Fatalf("no object %q (%v)", path, err)
	}
	o := page.Contents[0]
	return plan.Version{Size: o.Size, ETag: strings.Trim(*o.ETag, `"`), Modified: o.LastModified.UTC()}
}

func (b *bench) remove(path string) {
	b.t.Helper()
	_, err := b.client.DeleteObject(context.Background(), &oss.DeleteObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + path)})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) object(path string) string {
	b.t.Helper()
	res, err := b.client.GetObject(context.Background(), &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + path)})
	var answer *oss.ServiceError
	if errors.As(err, &answer) && answer.StatusCode == 404 {
		return absent
	}
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(content)
}

// begun starts a multipart upload as another client, with one part if that is
// not empty.
func (b *bench) begun(path, part string) (uploadID string) {
	b.t.Helper()
	ctx := context.Background()
	begun, err := b.client.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + path)})
	if err != nil {
		b.t.Fatal(err)
	}
	if part != "" {
		b.addPart(path, *begun.UploadId, 1, part)
	}
	return *begun.UploadId
}

func (b *bench) addPart(path, uploadID string, number int32, part string) {
	b.t.Helper()
	_, err := b.client.UploadPart(context.Background(), &oss.UploadPartRequest{
		Bucket: oss.Ptr(bucket), Key: oss.Ptr(prefix + path), UploadId: oss.Ptr(uploadID), PartNumber: number, Body: strings.NewReader(part),
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// balanced asserts that a run that came to its end did what was expected of it.
func (b *bench) balanced() {
	b.t.Helper()
	s := b.env.Progress.Snapshot()
	if s.Done != s.Total || len(s.Active) != 0 {
		b.t.Errorf("at the end: %+v", s)
	}
}
