package reconcile

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// TestD19_D20_DeletesGoOneByOne deletes keys that XML cannot carry as they are,
// or that a document would have to escape.
func TestD19_D20_DeletesGoOneByOne(t *testing.T) {
	t.Run("D19 each key is named by its URL", func(t *testing.T) {
		w := pushWorld(t, "prune: all")
		odd := map[string]string{"a&b<c>\"'": "", "a\ufffdb": "", " ": "", "a b+c%20%2F": "", "]]>": "", "é/ü": "", "e\u0301": "", "\ufffe": "", "x?versionId=1&delete": ""}
		w.put(odd)
		w.write(map[string]string{"kept": "k"})
		if report := w.apply(); report.Done != int64(len(odd))+1 {
			t.Errorf("%+v", report)
		}
		equal(t, "objects", map[string]string{"kept": "k"}, w.objects())
		var deleted []string
		for _, e := range w.journal.Exchanges() {
			if e.Operation == ossserver.DeleteObject {
				deleted = append(deleted, strings.TrimPrefix(e.Key, testPrefix))
			}
		}
		slices.Sort(deleted)
		if want := slices.Sorted(maps.Keys(odd)); !slices.Equal(deleted, want) {
			t.Errorf("deleted %q, want %q", deleted, want)
		}
	})
	t.Run("D20 there is no call that deletes many", func(t *testing.T) {
		for method := range reflect.TypeFor[apply.API]().Methods() {
			if strings.HasPrefix(method.Name, "DeleteMultiple") {
				t.Errorf("%s", method.Name)
			}
		}
	})
	t.Run("D20 only an answered delete is done", func(t *testing.T) {
		w := pushWorld(t, "prune: all")
		w.put(map[string]string{"x": "", "y": ""})
		w.write(map[string]string{"kept": "k"})
		w.apply()
		w.put(map[string]string{"x": "", "y": ""})
		w.during(func(r ossserver.Request) *ossserver.Fault {
			if r.Operation == ossserver.DeleteObject && strings.HasSuffix(r.Key, "x") {
				return &ossserver.Fault{Status: 200, Body: []byte("<html></html>"), Header: map[string]string{"Content-Type": "text/html", "x-oss-request-id": ""}}
			}
			return nil
		}, func() {
			if report, err := w.try(nil, nil); err == nil && report.Complete() {
				t.Errorf("%+v", report)
			}
		})
		if _, ok := w.objects()["x"]; !ok {
			t.Error("gone")
		}
		w.apply()
		equal(t, "objects", map[string]string{"kept": "k"}, w.objects())
	})
}

// TestD21_VersionsStay deletes and replaces in a bucket with versioning.
func TestD21_VersionsStay(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.versioned(t)
	w.write(map[string]string{"gone": "1", "changed": "1"})
	w.apply()
	w.write(map[string]string{"gone": absent, "changed": "22"})
	var told string
	report, err := w.try(nil, func(r apply.Result) {
		if _, ok := r.Action.(*plan.DeleteRemote); ok {
			told = r.Detail
		}
	})
	if err != nil || !report.Complete() || !strings.Contains(told, "delete marker") {
		t.Errorf("%+v, %v, told %q", report, err, told)
	}
	for _, e := range w.journal.Exchanges() {
		if e.Query.Has("versionId") || slices.ContainsFunc(e.Deletes, func(v ossserver.ObjectVersion) bool { return v.VersionID != "" }) {
			t.Errorf("%s %s names a version", e.Operation, e.Key)
		}
	}
	if versions, markers := w.versions(t); versions["gone"] != 1 || versions["changed"] != 2 || markers["gone"] != 1 {
		t.Errorf("versions %v, markers %v", versions, markers)
	}
	w.settled()
}

// TestM17_RepeatedRequestsInAVersionedBucket loses the answers of a PUT and of a
// DELETE, which then are sent again: each may leave one version or marker more,
// and nothing is due afterwards.
func TestM17_RepeatedRequestsInAVersionedBucket(t *testing.T) {
	w := pushWorld(t, "prune: all")
	w.versioned(t)
	w.write(map[string]string{"kept": "k", "gone": "g"})
	w.apply()
	w.write(map[string]string{"gone": absent, "new": "n"})
	lost := map[ossserver.Operation]bool{}
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if (r.Operation == ossserver.PutObject || r.Operation == ossserver.DeleteObject) && !lost[r.Operation] {
			lost[r.Operation] = true
			return &ossserver.Fault{When: ossserver.AfterCommit, Drop: true}
		}
		return nil
	}, func() { w.apply() })
	if len(lost) != 2 {
		t.Errorf("lost the answers of %v", lost)
	}
	equal(t, "objects", map[string]string{"kept": "k", "new": "n"}, w.objects())
	if versions, markers := w.versions(t); versions["gone"] != 1 || versions["new"] > 2 || markers["gone"] > 2 {
		t.Errorf("versions %v, markers %v", versions, markers)
	}
	w.settled()
}

// versioned turns versioning on.
func (w *world) versioned(t *testing.T) {
	t.Helper()
	_, err := w.other.PutBucketVersioning(ctx, &oss.PutBucketVersioningRequest{
		Bucket: oss.Ptr(testBucket), VersioningConfiguration: &oss.VersioningConfiguration{Status: oss.VersionEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// versions counts versions with content and delete markers, by path.
func (w *world) versions(t *testing.T) (versions, markers map[string]int) {
	t.Helper()
	res, err := w.other.ListObjectVersions(ctx, &oss.ListObjectVersionsRequest{Bucket: oss.Ptr(testBucket)})
	if err != nil {
		t.Fatal(err)
	}
	versions, markers = map[string]int{}, map[string]int{}
	for _, v := range res.ObjectVersions {
		versions[strings.TrimPrefix(*v.Key, testPrefix)]++
	}
	for _, m := range res.ObjectDeleteMarkers {
		markers[strings.TrimPrefix(*m.Key, testPrefix)]++
	}
	return versions, markers
}
