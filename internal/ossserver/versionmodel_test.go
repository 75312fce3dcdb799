package ossserver

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// storedVersion is a version in the model of a bucket.
type storedVersion struct {
	Key, ID, Body string
	Marker        bool
	Latest        bool
}

// versionModel is a bucket with versions: those of a key from new to old.
type versionModel map[string][]storedVersion

// add puts a version first. A null version replaces the null version.
func (m versionModel) add(v storedVersion) {
	if v.ID == "null" {
		m.drop(v.Key, "null")
	}
	m[v.Key] = append([]storedVersion{v}, m[v.Key]...)
}

func (m versionModel) drop(key, id string) {
	m[key] = slices.DeleteFunc(m[key], func(v storedVersion) bool { return v.ID == id })
}

// list is what ListObjectVersions shows.
func (m versionModel) list() []storedVersion {
	var all []storedVersion
	for _, versions := range m {
		for i, v := range versions {
			v.Latest, v.Body = i == 0, ""
			all = append(all, v)
		}
	}
	slices.SortStableFunc(all, func(a, b storedVersion) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// listVersions lists page by page.
func (h *harness) listVersions(page int32, change ...func(*oss.ListObjectVersionsRequest)) (all []storedVersion, prefixes []string) {
	h.t.Helper()
	r := &oss.ListObjectVersionsRequest{Bucket: oss.Ptr(testBucket), MaxKeys: page, IsMix: true}
	for _, f := range change {
		f(r)
	}
	pages := h.client.NewListObjectVersionsPaginator(r)
	for pages.HasNext() {
		p, err := pages.NextPage(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if n := len(p.ObjectVersionsDeleteMarkers) + len(p.CommonPrefixes); n > int(page) {
			h.t.Errorf("%d entries on a page of %d", n, page)
		}
		for _, v := range p.ObjectVersionsDeleteMarkers {
			all = append(all, storedVersion{Key: *v.Key, ID: *v.VersionId, Marker: v.IsDeleteMarker(), Latest: v.IsLatest})
		}
		for _, c := range p.CommonPrefixes {
			prefixes = append(prefixes, *c.Prefix)
		}
	}
	return all, prefixes
}

// TestVersionModel holds a bucket against the model after random changes.
func TestVersionModel(t *testing.T) {
	keys := []string{"a", "a\x00", "a\x00\xc3\xbf", "a/b", "a/c", "b"}
	rapid.Check(t, func(rt *rapid.T) {
		h := newHarness(t)
		defer h.Close()
		model, status := versionModel{}, ""
		newID := func(id *string) string {
			if status == "" {
				return "null"
			}
			return oss.ToString(id)
		}
		for i := range rapid.IntRange(1, 40).Draw(rt, "steps") {
			key := rapid.SampledFrom(keys).Draw(rt, "key")
			switch rapid.SampledFrom([]string{"put", "put", "put", "delete", "drop", "enable", "suspend"}).Draw(rt, "step") {
			case "put":
				body := fmt.Sprint("body ", i)
				if i%4 == 0 { // a file of its own
					body += strings.Repeat(".", inlineLimit)
				}
				model.add(storedVersion{Key: key, ID: newID(h.put(key, body).VersionId), Body: body})
			case "delete":
				got := h.deleteVersion(key, "")
				if status == "" {
					model.drop(key, "null")
				} else {
					model.add(storedVersion{Key: key, ID: newID(got.VersionId), Marker: true})
				}
			case "drop":
				if versions := model[key]; len(versions) > 0 {
					id := rapid.SampledFrom(versions).Draw(rt, "version").ID
					h.deleteVersion(key, id)
					model.drop(key, id)
				}
			case "enable":
				status = "Enabled"
				h.setVersioning(oss.VersionEnabled)
			case "suspend":
				status = "Suspended"
				h.setVersioning(oss.VersionSuspended)
			}
		}
		checkVersionModel(rt, h, model)
	})
}

func checkVersionModel(rt *rapid.T, h *harness, model versionModel) {
	h.checkConsistent()
	got, _ := h.listVersions(rapid.Int32Range(1, 5).Draw(rt, "page"))
	if d := cmp.Diff(model.list(), got); d != "" {
		rt.Fatalf("versions (-want +got):\n%s", d)
	}
	var current []string
	for key, versions := range model {
		for _, v := range versions {
			if v.Marker {
				continue
			}
			r := h.raw("GET", "/"+testBucket+"/"+escapeName(key, true)+"?versionId="+v.ID, nil)
			if string(r.body) != v.Body {
				rt.Errorf("%q version %s: %d %q, want %q", key, v.ID, r.status, r.body, v.Body)
			}
		}
		if len(versions) > 0 && !versions[0].Marker {
			current = append(current, key)
		}
	}
	slices.Sort(current)
	if listed := h.names("", "", 1000); !slices.Equal(listed, current) {
		rt.Errorf("current %q, want %q", listed, current)
	}
}

func TestListVersionsDelimiter(t *testing.T) {
	h := newHarness(t)
	h.setVersioning(oss.VersionEnabled)
	for _, key := range []string{"a/1", "a/2", "b", "c/1", "c/1"} {
		h.put(key, "x")
	}
	h.deleteVersion("d/1", "")
	for page := range int32(5) {
		versions, prefixes := h.listVersions(page+1, func(r *oss.ListObjectVersionsRequest) { r.Delimiter = oss.Ptr("/") })
		if len(versions) != 1 || fmt.Sprint(prefixes) != "[a/ c/ d/]" {
			t.Errorf("pages of %d: %v %v", page+1, versions, prefixes)
		}
	}
	versions, _ := h.listVersions(1, func(r *oss.ListObjectVersionsRequest) { r.Prefix = oss.Ptr("c/") })
	if len(versions) != 2 || !versions[0].Latest || versions[1].Latest {
		t.Errorf("prefix: %+v", versions)
	}
	for path, code := range map[string]string{"version-id-marker=null": "InvalidArgument", "key-marker=b&version-id-marker=x": "InvalidArgument",
		"key-marker=b&version-id-marker=null": "InvalidArgument"} {
		if got := h.raw("GET", "/"+testBucket+"/?versions&"+path, nil); got.code() != code {
			t.Errorf("%s: %d %s", path, got.status, got.code())
		}
	}
}
