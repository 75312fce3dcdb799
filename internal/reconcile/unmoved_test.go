package reconcile

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
)

// The object of a file that was renamed to what is not sent stays, and what holds
// its delete is named. Once that is excluded, the delete is done.
func TestD17_RenameToWhatIsNotSent(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{"doc": "content", "same": "s"})
	w.apply()
	if err := os.Rename(filepath.Join(w.tree, "doc"), filepath.Join(w.tree, "doc.pem")); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"new": "n"})
	report, err := w.try(nil, func(r apply.Result) {
		if r.Outcome == apply.Held && (r.Action.Where() != "doc" || !strings.Contains(r.Err.Error(), `"doc.pem" is new and not sent`)) {
			t.Errorf("%q: %v", r.Action.Where(), r.Err)
		}
	})
	if err != nil || report.Done != 1 || report.Held != 1 || report.Complete() {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{"doc": "content", "new": "n", "same": "s"}, w.objects())
	w.edit("to", "prune: managed\nexclude: [\"*.pem\"]")
	w.apply()
	equal(t, "objects", map[string]string{"new": "n", "same": "s"}, w.objects())
}

// The file of an object that was renamed to what is not fetched stays in its place,
// not only in the trash, and what holds its delete is named. Once that is excluded,
// the delete is done.
func TestD17_RenameToWhatIsNotFetched(t *testing.T) {
	for name, put := range map[string]*oss.PutObjectRequest{
		"docs//doc": {},
		"docs/old":  {StorageClass: oss.StorageClassArchive},
	} {
		t.Run(name, func(t *testing.T) {
			w := pullWorld(t, "prune: managed")
			w.put(map[string]string{"doc": "content", "same": "s"})
			w.apply()
			w.put(map[string]string{"doc": absent, "new": "n"})
			put.Bucket, put.Key, put.Body = oss.Ptr(testBucket), oss.Ptr(testPrefix+name), strings.NewReader("content")
			if _, err := w.other.PutObject(ctx, put); err != nil {
				t.Fatal(err)
			}
			report, err := w.try(nil, func(r apply.Result) {
				if r.Outcome == apply.Held && (r.Action.Where() != "doc" || !strings.Contains(r.Err.Error(), strconv.Quote(name)+" is not fetched")) {
					t.Errorf("%q: %v", r.Action.Where(), r.Err)
				}
			})
			if err != nil || report.Done != 1 || report.Held != 1 || report.Complete() {
				t.Errorf("%+v, %v", report, err)
			}
			equal(t, "files", map[string]string{"doc": "content", "new": "n", "same": "s"}, w.files())
			w.edit("from", "prune: managed\nexclude: [\"docs/**\"]")
			w.apply()
			equal(t, "files", map[string]string{"new": "n", "same": "s"}, w.files())
		})
	}
}

// The same if the object was renamed over one that the tree has: the file there has
// the old content, and the new one is nowhere in the tree but under its old name.
func TestD17_RenameOverWhatIsNotReplaced(t *testing.T) {
	w := pullWorld(t, "prune: managed")
	w.put(map[string]string{"doc": "content", "old": "o"})
	w.apply()
	w.put(map[string]string{"doc": absent})
	put := &oss.PutObjectRequest{
		Bucket: oss.Ptr(testBucket), Key: oss.Ptr(testPrefix + "old"), Body: strings.NewReader("content"), StorageClass: oss.StorageClassArchive,
	}
	if _, err := w.other.PutObject(ctx, put); err != nil {
		t.Fatal(err)
	}
	report, err := w.try(nil, nil)
	if err != nil || report.Held != 1 || report.Complete() {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "files", map[string]string{"doc": "content", "old": "o"}, w.files())
	put.StorageClass, put.Body = oss.StorageClassStandard, strings.NewReader("content")
	if _, err := w.other.PutObject(ctx, put); err != nil {
		t.Fatal(err)
	}
	w.apply()
	equal(t, "files", map[string]string{"old": "content"}, w.files())
}

// Content that was renamed to a name that is file and directory at once holds the
// delete at its old name, until the other is out of its way.
func TestD17_K6_RenameToWhatCollides(t *testing.T) {
	for _, row := range []struct{ to, taken string }{{"a/b", "a"}, {"a", "a/b"}} {
		held := func(t *testing.T, w *world) {
			t.Helper()
			report, err := w.try(nil, func(r apply.Result) {
				if r.Outcome == apply.Held && (r.Action.Where() != "x" || !strings.Contains(r.Err.Error(), strconv.Quote(row.to)+" is not ")) {
					t.Errorf("%q: %v", r.Action.Where(), r.Err)
				}
			})
			if err != nil || report.Done != 1 || report.Held != 1 || report.Complete() {
				t.Errorf("%+v, %v", report, err)
			}
		}
		t.Run("push to "+row.to, func(t *testing.T) {
			w := pushWorld(t, "prune: managed")
			w.write(map[string]string{row.to: "old", "x": "content"})
			w.apply()
			w.put(map[string]string{row.taken: "theirs"})
			w.write(map[string]string{row.to: "content", "x": absent, "new": "n"})
			held(t, w)
			equal(t, "objects", map[string]string{row.to: "old", row.taken: "theirs", "x": "content", "new": "n"}, w.objects())
			w.put(map[string]string{row.taken: absent})
			w.apply()
			equal(t, "objects", map[string]string{row.to: "content", "new": "n"}, w.objects())
		})
		t.Run("pull of "+row.to, func(t *testing.T) {
			w := pullWorld(t, "prune: managed")
			w.put(map[string]string{"x": "content"})
			w.apply()
			w.write(map[string]string{row.taken: "theirs"})
			w.put(map[string]string{row.to: "content", "x": absent, "new": "n"})
			held(t, w)
			equal(t, "files", map[string]string{row.taken: "theirs", "x": "content", "new": "n"}, w.files())
			if err := os.RemoveAll(filepath.Join(w.tree, "a")); err != nil {
				t.Fatal(err)
			}
			w.apply()
			equal(t, "files", map[string]string{row.to: "content", "new": "n"}, w.files())
		})
	}
}

// A secret that always stood there is no trouble as long as nothing is deleted.
func TestP16_SecretAloneHoldsNothing(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{".env": "secret", "a": "a"})
	w.apply()
	equal(t, "objects", map[string]string{"a": "a"}, w.objects())
}

// Deletes wait for the apply that meets a secret first, and for none after it as
// long as it is the same file. A folder of version control does not count before an
// apply could have met it.
func TestD17_P16_SecretHoldsOnce(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{".env": "!", ".git/HEAD": "ref", "a": "a"})
	w.put(map[string]string{"old": "o"})
	run := func(held int64) {
		t.Helper()
		report, err := w.try(nil, nil)
		if err != nil || report.Held != held {
			t.Fatalf("%+v, %v", report, err)
		}
	}
	run(1)
	run(0)
	equal(t, "objects", map[string]string{"a": "a"}, w.objects())
	w.settled()

	w.put(map[string]string{"old": "o"})
	run(0) // nothing is new
	w.put(map[string]string{"old": "o"})
	w.write(map[string]string{".env": "?"})
	run(1)
	run(0)
	w.put(map[string]string{"old": "o"})
	w.write(map[string]string{".ssh/id": "key"})
	run(1)
	run(0)
	equal(t, "objects", map[string]string{"a": "a"}, w.objects())

	// Once they are gone, they are new when they come again.
	if err := os.RemoveAll(filepath.Join(w.tree, ".ssh")); err != nil {
		t.Fatal(err)
	}
	w.put(map[string]string{"old": "o"})
	run(0)
	w.put(map[string]string{"old": "o"})
	w.write(map[string]string{".ssh/id": "key"})
	run(1)
}

// A folder of a denied name is not opened, so that it may as well be unreadable, and
// what the bucket has in it stays there, with the rows that the index has of it.
func TestK13_P16_FolderIsNotOpened(t *testing.T) {
	for _, at := range []string{".git", "deep/er/.git"} {
		w := pushWorld(t, "prune: all\nallow: [\".git/\"]")
		w.write(map[string]string{at + "/HEAD": "ref", at + "/x": "x", "a": "a"})
		w.apply()
		w.edit("to", "prune: all")
		if err := os.Remove(filepath.Join(w.tree, at, "x")); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(w.tree, at), 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(filepath.Join(w.tree, at), 0o755) })
		w.apply()
		w.settled()
		equal(t, "objects", map[string]string{at + "/HEAD": "ref", at + "/x": "x", "a": "a"}, w.objects())
		if err := os.Chmod(filepath.Join(w.tree, at), 0o755); err != nil {
			t.Fatal(err)
		}
		w.edit("to", "prune: managed\nallow: [\".git/\"]")
		w.apply()
		equal(t, "objects", map[string]string{at + "/HEAD": "ref", "a": "a"}, w.objects())
	}
}

// An apply that did not come to the deletes, or held them for other things, does not
// use up that they wait for a new name of a secret.
func TestD17_P16_FailedApplyKeepsWaiting(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"config": "content", "a": "a"})
	w.apply()
	if err := os.Rename(filepath.Join(w.tree, "config"), filepath.Join(w.tree, ".env.local")); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"new": "n"})
	for _, answer := range []ossserver.Fault{{Status: 403, Code: "AccessDenied"}, {Status: 400, Code: "InvalidArgument"}} {
		w.during(func(r ossserver.Request) *ossserver.Fault {
			if r.Operation == ossserver.PutObject {
				return &answer
			}
			return nil
		}, func() {
			if report, _ := w.try(nil, nil); report.Failed != 1 {
				t.Errorf("%s: %+v", answer.Code, report)
			}
		})
	}
	report, err := w.try(nil, func(r apply.Result) {
		if r.Outcome == apply.Held && !strings.Contains(r.Err.Error(), `".env.local" is new and not sent`) {
			t.Errorf("%q: %v", r.Action.Where(), r.Err)
		}
	})
	if err != nil || report.Done != 1 || report.Held != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{"config": "content", "a": "a", "new": "n"}, w.objects())
	w.apply()
	equal(t, "objects", map[string]string{"a": "a", "new": "n"}, w.objects())
}

// A tree that is built anew for each apply brings its secrets as new files: what has
// another size is deleted all the same.
func TestD17_P16_RebuiltTree(t *testing.T) {
	w := pushWorld(t, "prune: all")
	for i := range 3 {
		build := "app." + strconv.Itoa(i)
		if err := os.RemoveAll(w.tree); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(w.tree, 0o755); err != nil {
			t.Fatal(err)
		}
		w.write(map[string]string{".env.production": "KEY=1", "index": "main", build: "x"})
		w.apply()
		equal(t, "objects", map[string]string{"index": "main", build: "x"}, w.objects())
	}
}

// What was renamed to a folder of such a name stays in the bucket, also if the state
// was lost with it.
func TestD17_P16_FolderWithoutState(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.write(map[string]string{"data/x": "content", ".git/HEAD": "ref", "a": "a"})
	w.apply()
	if err := os.Rename(filepath.Join(w.tree, "data"), filepath.Join(w.tree, ".aws")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(w.state); err != nil {
		t.Fatal(err)
	}
	report, err := w.try(nil, nil)
	if err != nil || report.Held != 1 || report.Done != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{"data/x": "content", "a": "a"}, w.objects())
}
