package iter

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func pairs(uploads []Upload) [][2]string {
	var all [][2]string
	for _, u := range uploads {
		all = append(all, [2]string{u.Key, u.UploadID})
	}
	return all
}

// uploadsOf are n uploads of key with ascending ids.
func uploadsOf(key string, n int) [][2]string {
	var all [][2]string
	for i := range n {
		all = append(all, [2]string{key, fmt.Sprintf("ID%04d", i)})
	}
	return all
}

func TestMU1_QueryOfUploads(t *testing.T) {
	s := &service{uploads: [][2]string{{"p/a", "2"}, {"p/b", "1"}}}
	_, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{
		Prefix: "p/", Delimiter: "/", KeyMarker: "p/a", UploadIDMarker: "1", Paging: Paging{PageSize: 1},
	}))
	if err != nil {
		t.Fatal(err)
	}
	for i, marker := range [][2]string{{"p/a", "1"}, {"p/a", "2"}} {
		want := map[string][]string{
			"uploads": {""}, "prefix": {"p/"}, "delimiter": {"/"}, "key-marker": marker[:1], "upload-id-marker": marker[1:],
			"max-uploads": {"1"}, "encoding-type": {"url"},
		}
		if diff := cmp.Diff(want, map[string][]string(s.requests()[i])); diff != "" {
			t.Error(diff)
		}
	}
}

// Ten uploads of one key and four prefixes, two to a page.
func TestMU2_UploadsAndPrefixesComeInKeyOrder(t *testing.T) {
	s := &service{uploads: uploadsOf("k", 10)}
	want := append([][2]string{{"a/", ""}, {"b/", ""}}, s.uploads...)
	want = append(want, [2]string{"k/", ""}, [2]string{"z/", ""})
	for _, dir := range []string{"a/", "b/", "k/", "z/"} {
		s.uploads = append(s.uploads, [2]string{dir + "x", "1"}, [2]string{dir + "y", "2"})
	}
	got, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{Delimiter: "/", Paging: Paging{PageSize: 2}}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, pairs(got)); diff != "" {
		t.Error(diff)
	}
}

func TestMU3_PrefixHasNoUploadID(t *testing.T) {
	s := &service{uploads: [][2]string{{"d/x", "1"}, {"k", "1"}}}
	got, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{Delimiter: "/"}))
	if err != nil {
		t.Fatal(err)
	}
	want := []Upload{{Key: "d/"}, {Key: "k", UploadID: "1", Initiated: aTimeParsed, StorageClass: "IA"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !got[0].IsPrefix() || got[1].IsPrefix() {
		t.Error("prefix and upload are not told apart")
	}
}

func TestMU4_KeyMarkerIsDecodedAndUploadIDMarkerIsNot(t *testing.T) {
	s := &service{fault: page("<ListMultipartUploadsResult><EncodingType>url</EncodingType><Bucket>bucket</Bucket>" +
		"<IsTruncated>true</IsTruncated><NextKeyMarker>k%2B+</NextKeyMarker><NextUploadIdMarker>i%2B+</NextUploadIdMarker></ListMultipartUploadsResult>")}
	if _, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"", "k++"}, s.sent("key-marker")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"", "i%2B+"}, s.sent("upload-id-marker")); diff != "" {
		t.Error(diff)
	}
}

func TestMU5_MU7_Markers(t *testing.T) {
	all := [][2]string{{"a", "1"}, {"k", "1"}, {"k", "2"}, {"k", "3"}, {"l", "1"}}
	for _, test := range []struct {
		key, id string
		want    [][2]string
	}{
		{"", "", all},
		{"k", "", all[4:]},
		{"k", "1", all[2:]},
		{"k", "3", all[4:]},
		{"", "2", all},
		{"b", "2", all[1:]},
	} {
		s := &service{uploads: all}
		got, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{KeyMarker: test.key, UploadIDMarker: test.id}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, pairs(got)); diff != "" {
			t.Errorf("after %q %q: %s", test.key, test.id, diff)
		}
	}
}

func TestMU6_CursorKeepsBothMarkers(t *testing.T) {
	s := &service{uploads: append(uploadsOf("k", 5), uploadsOf("l", 5)...)}
	for stop := 1; stop <= 10; stop++ {
		seq := MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{Paging: Paging{PageSize: 3, Cursor: new(Cursor)}})
		var got []Upload
		for u, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, u); len(got) == stop {
				break
			}
		}
		rest, err := gather(seq)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s.uploads, pairs(append(got, rest...))); diff != "" {
			t.Errorf("stop after %d: %s", stop, diff)
		}
	}
}

func TestUploadsThatAreNoListing(t *testing.T) {
	upload := func(key, id string) string {
		return "<Upload><Key>" + key + "</Key><UploadId>" + id + "</UploadId><Initiated>" + aTime + "</Initiated></Upload>"
	}
	whole := func(inner string) string {
		return "<ListMultipartUploadsResult><Bucket>bucket</Bucket><IsTruncated>false</IsTruncated>" + inner + "</ListMultipartUploadsResult>"
	}
	more := func(key, id string) string {
		return strings.Replace(whole("<NextKeyMarker>"+key+"</NextKeyMarker><NextUploadIdMarker>"+id+"</NextUploadIdMarker>"), "false", "true", 1)
	}
	for name, body := range map[string]string{
		"other bucket":                 strings.Replace(whole(""), "bucket", "other", 1),
		"other prefix":                 whole("<Prefix>p</Prefix>"),
		"objects":                      "<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated></ListBucketResult>",
		"no truncation":                "<ListMultipartUploadsResult><Bucket>bucket</Bucket></ListMultipartUploadsResult>",
		"order of keys":                whole(upload("n", "1") + upload("m", "1")),
		"order of ids":                 whole(upload("n", "2") + upload("n", "1")),
		"same twice":                   whole(upload("n", "1") + upload("n", "1")),
		"no id":                        whole(upload("n", "")),
		"no key":                       whole(upload("", "1")),
		"no time":                      whole(strings.Replace(upload("n", "1"), aTime, "", 1)),
		"broken encoding":              whole("<EncodingType>url</EncodingType>" + upload("n%4", "1")),
		"marker before":                more("a", "9"),
		"marker of the same upload":    more("k", "5"),
		"marker of a smaller id":       more("k", "4"),
		"key of the marker, lesser id": whole(upload("k", "5")),
		"no marker":                    strings.Replace(whole(""), "false", "true", 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := &service{fault: page(body)}
			got, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{KeyMarker: "k", UploadIDMarker: "5"}))
			if !errors.Is(err, ErrNotListing) || len(got) != 0 {
				t.Errorf("%d uploads, %v", len(got), err)
			}
		})
	}
	t.Run("upload of the key after its key-marker", func(t *testing.T) {
		s := &service{fault: page(whole(upload("k", "1")))}
		if _, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{KeyMarker: "k"})); !errors.Is(err, ErrNotListing) {
			t.Error(err)
		}
	})
	t.Run("marker past the last upload of a key moves on", func(t *testing.T) {
		s := &service{fault: page(more("k", "")), uploads: [][2]string{{"k", "9"}, {"l", "1"}}}
		got, err := gather(MultipartUploads(t.Context(), serve(t, s), "bucket", MultipartUploadsOptions{KeyMarker: "k", UploadIDMarker: "5"}))
		if err != nil || len(got) != 1 || got[0].Key != "l" {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestOU1_QueryOfUploadsOfAnObject(t *testing.T) {
	s := &service{}
	if _, err := gather(ObjectUploads(t.Context(), serve(t, s), "bucket", "a/b.txt", ObjectUploadsOptions{})); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"uploads": {""}, "prefix": {"a/b.txt"}, "delimiter": {""}, "key-marker": {""}, "upload-id-marker": {""},
		"max-uploads": {"1000"}, "encoding-type": {"url"},
	}
	if diff := cmp.Diff(want, map[string][]string(s.requests()[0])); diff != "" {
		t.Error(diff)
	}
}

// A page boundary may fall anywhere in and after the uploads of the key.
func TestOU2_OU3_OU4_UploadsOfExactlyOneKey(t *testing.T) {
	for count := range 13 {
		for size := 1; size <= 6; size++ {
			mine := uploadsOf("a.txt", count)
			s := &service{uploads: append(append(uploadsOf("a.tx", 2), mine...), uploadsOf("a.txt.bak", 7)...)}
			got, err := gather(ObjectUploads(t.Context(), serve(t, s), "bucket", "a.txt", ObjectUploadsOptions{Paging{PageSize: size}}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(mine, pairs(got)); diff != "" {
				t.Errorf("%d uploads, %d to a page: %s", count, size, diff)
			}
			// OU-3: the pages that hold the key's uploads, and at most one more, which shows that there are no others.
			if n, most := len(s.requests()), count/size+1; n > most {
				t.Errorf("%d uploads, %d to a page: %d requests", count, size, n)
			}
		}
	}
}

func TestOU3_NoRequestAfterTheFirstPageWithoutAMatch(t *testing.T) {
	s := &service{uploads: uploadsOf("a.txt.bak", 10)}
	got, err := gather(ObjectUploads(t.Context(), serve(t, s), "bucket", "a.txt", ObjectUploadsOptions{Paging{PageSize: 3}}))
	if err != nil || len(got) != 0 || len(s.requests()) != 1 {
		t.Errorf("%d uploads in %d requests, %v", len(got), len(s.requests()), err)
	}
}

func TestOU3_CursorOfAnObject(t *testing.T) {
	s := &service{uploads: append(uploadsOf("a.txt", 7), uploadsOf("a.txt.bak", 7)...)}
	cursor := new(Cursor)
	seq := ObjectUploads(t.Context(), serve(t, s), "bucket", "a.txt", ObjectUploadsOptions{Paging{PageSize: 3, Cursor: cursor}})
	var got []Upload
	for range 7 {
		for u, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, u)
			break
		}
	}
	rest, err := gather(seq)
	if err != nil || len(rest) != 0 || !cursor.Done {
		t.Errorf("%v, %v, %v", rest, *cursor, err)
	}
	if diff := cmp.Diff(s.uploads[:7], pairs(got)); diff != "" {
		t.Error(diff)
	}
}

func TestEDGE14_MoreThanAThousandUploadsOfOneKey(t *testing.T) {
	s := &service{uploads: uploadsOf("k", 2345)}
	got, err := gather(ObjectUploads(t.Context(), serve(t, s), "bucket", "k", ObjectUploadsOptions{}))
	if err != nil || len(s.requests()) != 3 {
		t.Fatalf("%d requests, %v", len(s.requests()), err)
	}
	if diff := cmp.Diff(s.uploads, pairs(got)); diff != "" {
		t.Error(diff)
	}
}
