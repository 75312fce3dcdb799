package reconcile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

const pullFields = `prune: all
transfer: {threshold: 100KiB, partSize: 100KiB, files: 1, parts: 1}
`

const pushFields = pullFields + `uploads: {abortAfter: 1h}
headers: [{match: "*.html", set: {Cache-Control: no-cache}}]
`

var large = strings.Repeat("0123456789", 25<<10) // three parts

// scene is a world in which one apply has some of everything to do.
type scene struct {
	fields, direction string
	prepare           func(w *world)
	goal              map[string]string // of both sides
}

var pushScene = scene{
	fields: pushFields, direction: "to",
	prepare: func(w *world) {
		w.edit("to", strings.ReplaceAll(pushFields, "no-cache", "no-store"))
		w.write(map[string]string{"same": "same", "meta.html": "meta", "changed": "one", "gone": "gone"})
		w.apply()
		w.edit("to", pushFields)
		w.write(map[string]string{"changed": "two", "gone": absent, "new": "new", "large": large, "empty": ""})
		w.put(map[string]string{"gone too": "foreign"})
		w.begin("stale", "part")
		time.Sleep(2 * time.Hour) // of the bubble's clock, which is the server's
	},
	goal: map[string]string{"same": "same", "meta.html": "meta", "changed": "two", "new": "new", "large": large, "empty": ""},
}

var pullScene = scene{
	fields: pullFields, direction: "from",
	prepare: func(w *world) {
		w.put(map[string]string{"same": "same", "changed": "one", "gone": "gone"})
		w.apply()
		w.put(map[string]string{"changed": "two", "gone": absent, "new/deep": "new", "large": large, "empty": ""})
		w.write(map[string]string{"gone too/deep": "mine"})
	},
	goal: map[string]string{"same": "same", "changed": "two", "new/deep": "new", "large": large, "empty": ""},
}

// begin starts a multipart upload as another client.
func (w *world) begin(path, part string) (uploadID string) {
	w.t.Helper()
	begun, err := w.other.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr(testPrefix + path)})
	if err != nil {
		w.t.Fatal(err)
	}
	if part != "" {
		w.addPart(path, *begun.UploadId, 1, part)
	}
	return *begun.UploadId
}

func (w *world) addPart(path, uploadID string, number int32, part string) {
	w.t.Helper()
	_, err := w.other.UploadPart(ctx, &oss.UploadPartRequest{
		Bucket: oss.Ptr(testBucket), Key: oss.Ptr(testPrefix + path), UploadId: oss.Ptr(uploadID), PartNumber: number, Body: strings.NewReader(part),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// uploads returns the ids of the pending multipart uploads.
func (w *world) uploads() []string {
	w.t.Helper()
	res, err := w.other.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: oss.Ptr(testBucket)})
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for _, u := range res.Uploads {
		ids = append(ids, *u.UploadId)
	}
	return ids
}

// TestFaultSweep fails the first request of an apply, then the second of another,
// and so on until an apply has no more requests. Each time the applies after it
// have to reach the goal.
func TestFaultSweep(t *testing.T) {
	for sceneName, s := range map[string]scene{"push": pushScene, "pull": pullScene} {
		for name, f := range map[string]ossserver.Fault{
			"refused":            {Status: 500, Code: "InternalError"},
			"lost before commit": {Drop: true},
			"answer lost":        {When: ossserver.AfterCommit, Drop: true},
			"answer of a proxy":  {Status: 200, Body: []byte("<html>log in</html>"), Header: map[string]string{"Content-Type": "text/html"}},
			"denied":             {Status: 403, Code: "AccessDenied"},
		} {
			if !thorough && name != "refused" && name != "answer lost" {
				continue
			}
			t.Run(sceneName+" "+name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				n := 1
				for reached := true; reached; n++ {
					synctest.Test(t, func(t *testing.T) {
						reached = sweep(t, filepath.Join(dir, fmt.Sprint(n)), s, n, f)
					})
					if t.Failed() {
						t.Fatalf("with a fault in request %d", n)
					}
				}
				if n < 8 {
					t.Errorf("only %d requests", n-1)
				}
			})
		}
	}
}

// sweep runs a scene with a fault in its n-th request, and tells whether there
// was one.
func sweep(t *testing.T, dir string, s scene, n int, f ossserver.Fault) (reached bool) {
	w := newWorld(t, dir, s.direction, s.fields, 1)
	defer w.close()
	s.prepare(w)
	w.journal.Reset()
	before := len(w.deletes())
	count := 0
	var planned bool
	var err error
	w.during(func(ossserver.Request) *ossserver.Fault {
		if count++; count == n { // files: 1, parts: 1; planning asks from one goroutine at a time
			return &f
		}
		return nil
	}, func() {
		planned, err = w.once()
	})
	if !planned {
		if err == nil {
			t.Error("a plan failed without error")
		}
		if n := len(w.deletes()) - before; n > 0 {
			t.Errorf("D1: %d deletes without a plan", n)
		}
	}
	if kind := fault.Of(err); err != nil && kind != fault.Remote && kind != fault.Denied {
		t.Errorf("the run ended with %v", err)
	}
	for range 2 {
		if _, err := w.try(nil, nil); err != nil {
			t.Errorf("an apply without faults: %v", err)
		}
	}
	w.settled()
	equal(t, "objects", s.goal, w.objects())
	equal(t, "files", s.goal, w.files())
	if len(w.uploads()) > 0 {
		// M4: the answer to Initiate was lost, and nobody knows the upload.
		time.Sleep(2 * time.Hour)
		w.apply()
	}
	if ids := w.uploads(); len(ids) > 0 {
		t.Errorf("%d uploads are left", len(ids))
	}
	return count >= n
}

// once makes a plan and runs it, if there is one.
func (w *world) once() (planned bool, err error) {
	w.t.Helper()
	p, err := w.session().Prepare(ctx, w.mapping(), nil)
	if err != nil {
		return false, err
	}
	if err := p.Guard(plan.Allowances{Deletes: 100}); err != nil {
		w.t.Errorf("guard: %v", err)
	}
	_, err = p.Run(ctx, nil, nil)
	return true, errors.Join(err, p.Close())
}

// deletes are the deletes that reached the service and the files in the trash.
func (w *world) deletes() (paths []string) {
	for _, change := range w.writing() {
		if strings.HasPrefix(change, string(ossserver.DeleteObject)) || strings.HasPrefix(change, string(ossserver.DeleteMultipleObjects)) {
			paths = append(paths, change)
		}
	}
	trash, _ := os.ReadDir(filepath.Join(w.tree, ".osssync", "trash"))
	for _, run := range trash {
		paths = append(paths, run.Name())
	}
	return paths
}
