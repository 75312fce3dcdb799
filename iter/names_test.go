package iter

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// awkward are names that some layer between a bucket and a program has been known to change. Hazard K14.
func awkward() []string {
	names := []string{
		"中文+*/%-", "_)(*&^%$#@!", "a b", "a+b", "a%20b", "a%2Bb", "%2F", "%", "%%41", "a//b", "a/../b", "..", ".", "/lead", "trail/",
		"line\nfeed", "tab\there", "\x01\x1f\x7f", "?query", "a&b=c", "#fragment", "<tag>", "&amp;", "]]>", "\"quotes'", "back\\slash",
		"emoji 😀", "e\u0301", "\u00e9", strings.Repeat("k", 1023), strings.Repeat("中", 341), "\r\n",
	}
	slices.Sort(names)
	return names
}

func TestEN1_EncodingIsAskedFor(t *testing.T) {
	s := &service{}
	c := serve(t, s)
	if _, err := gather(Objects(t.Context(), c, "bucket", ObjectsOptions{})); err != nil {
		t.Fatal(err)
	}
	if _, err := gather(MultipartUploads(t.Context(), c, "bucket", MultipartUploadsOptions{})); err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff([]string{"url", "url"}, s.sent("encoding-type")); d != "" {
		t.Error(d)
	}
}

func TestEN2_NamesAreDecodedOnlyIfTheAnswerSaysSo(t *testing.T) {
	for encoding, want := range map[string]string{
		"<EncodingType>url</EncodingType>": "A+ B",
		"<EncodingType></EncodingType>":    "%41+%20B",
		"":                                 "%41+%20B",
	} {
		for _, first := range []bool{true, false} {
			// The element may stand before or behind the names.
			body := "<Name>bucket</Name><IsTruncated>false</IsTruncated>" + objectXML("%41+%20B")
			if first {
				body = encoding + body
			} else {
				body += encoding
			}
			s := &service{fault: page("<ListBucketResult>" + body + "</ListBucketResult>")}
			got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{}))
			if err != nil || got[0].Key != want {
				t.Errorf("%q, %v", keys(got), err)
			}
		}
	}
}

func TestEN3_OnlyNamesAreDecoded(t *testing.T) {
	body := "<ListBucketResult><Name>bucket</Name><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>" +
		strings.NewReplacer("5B3C", "%41", "user-example", "%41", "Standard", "%41").Replace(objectXML("%41")) + "</ListBucketResult>"
	got, err := gather(Objects(t.Context(), serve(t, &service{fault: page(body)}), "bucket", ObjectsOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	if o := got[0]; o.Key != "A" || !strings.HasPrefix(o.ETag, "%41") || o.Owner.DisplayName != "%41" || o.StorageClass != "%41" {
		t.Errorf("%+v", o)
	}
	body = "<ListMultipartUploadsResult><Bucket>bucket</Bucket><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>" +
		"<Upload><Key>%41</Key><UploadId>%41</UploadId><Initiated>" + aTime + "</Initiated></Upload>" +
		"<CommonPrefixes><Prefix>%42/</Prefix></CommonPrefixes></ListMultipartUploadsResult>"
	uploads, err := gather(MultipartUploads(t.Context(), serve(t, &service{fault: page(body)}), "bucket", MultipartUploadsOptions{Delimiter: "/"}))
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff([][2]string{{"A", "%41"}, {"B/", ""}}, pairs(uploads)); d != "" {
		t.Error(d)
	}
}

func TestEN3_EchoOfThePrefixMayBeEncodedOrNot(t *testing.T) {
	for _, echo := range []string{"a+b%/", "a%2Bb%25/", "a+b%25/"} {
		body := "<ListBucketResult><Name>bucket</Name><Prefix>" + echo + "</Prefix><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated></ListBucketResult>"
		if _, err := gather(Objects(t.Context(), serve(t, &service{fault: page(body)}), "bucket", ObjectsOptions{Prefix: "a+b%/"})); err != nil {
			t.Errorf("%q: %v", echo, err)
		}
	}
}

func TestEN4_EN6_NamesComeAsTheyAre(t *testing.T) {
	for _, plain := range []bool{false, true} {
		s := &service{plain: plain}
		for _, name := range awkward() {
			// XML text cannot carry control characters; that is what the encoding is for.
			if !plain || carriedByXML(name) {
				s.objects = append(s.objects, name)
				s.uploads = append(s.uploads, [2]string{name, "1"})
			}
		}
		c := serve(t, s)
		for _, size := range []int{1, 7, 1000} {
			got, err := gather(Objects(t.Context(), c, "bucket", ObjectsOptions{Paging: Paging{PageSize: size}}))
			if err != nil {
				t.Fatal(err)
			}
			if d := diff.Diff(s.objects, keys(got)); d != "" {
				t.Error(d)
			}
			uploads, err := gather(MultipartUploads(t.Context(), c, "bucket", MultipartUploadsOptions{Paging: Paging{PageSize: size}}))
			if err != nil {
				t.Fatal(err)
			}
			if d := diff.Diff(s.uploads, pairs(uploads)); d != "" {
				t.Error(d)
			}
		}
	}
}

func TestEN5_EN6_KeysInPathsAndPrefixes(t *testing.T) {
	for _, name := range awkward() {
		s := &service{objects: []string{name}, parts: []int32{1}, uploads: [][2]string{{name, "1"}}}
		c := serve(t, s)
		if got, err := gather(Parts(t.Context(), c, "bucket", name, "U", PartsOptions{})); err != nil || len(got) != 1 {
			t.Errorf("%q: %d parts, %v", name, len(got), err)
		}
		if path, _ := url.PathUnescape(s.log[0].URL.EscapedPath()); path != "/bucket/"+name {
			t.Errorf("path %q of %q", path, name)
		}
		if got, err := gather(Objects(t.Context(), c, "bucket", ObjectsOptions{Prefix: name})); err != nil || len(got) != 1 {
			t.Errorf("%q: %d objects, %v", name, len(got), err)
		}
		if got, err := gather(ObjectUploads(t.Context(), c, "bucket", name, ObjectUploadsOptions{})); err != nil || len(got) != 1 {
			t.Errorf("%q: %d uploads, %v", name, len(got), err)
		}
	}
}

// wanted is what a listing has to give, computed without pages.
func wanted(all []string, prefix, delimiter, marker string) []string {
	set := map[string]bool{}
	for _, key := range all {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok || key <= marker {
			continue
		}
		if before, _, found := strings.Cut(rest, delimiter); delimiter != "" && found {
			key = prefix + before + delimiter
			if key == marker {
				continue
			}
		}
		set[key] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// Random buckets, read with random pages, random breaks and random failures, against wanted.
func TestListingsEqualTheOracle(t *testing.T) {
	s := &service{}
	c := serve(t, s)
	name := rapid.StringOfN(rapid.SampledFrom([]rune("ab/-+% é\x01")), 1, 6, -1)
	maybe := func(g *rapid.Generator[string]) *rapid.Generator[string] { return rapid.OneOf(rapid.Just(""), g) }
	rapid.Check(t, func(t *rapid.T) {
		s.objects = rapid.SliceOfNDistinct(name, 0, 40, rapid.ID).Draw(t, "objects")
		opts := ObjectsOptions{
			Prefix:    maybe(name).Draw(t, "prefix"),
			Delimiter: rapid.SampledFrom([]string{"", "/", "-", "a", "%+"}).Draw(t, "delimiter"),
			Marker:    maybe(name).Draw(t, "marker"),
			Paging: Paging{
				PageSize: rapid.IntRange(1, 12).Draw(t, "page size"),
				Cursor:   new(Cursor),
			},
		}
		want := wanted(s.objects, opts.Prefix, opts.Delimiter, opts.Marker)
		fails := rapid.SliceOfN(rapid.Bool(), 60, 60).Draw(t, "fails")
		s.log = nil
		s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			bad := n <= len(fails) && fails[n-1]
			if bad {
				refuse(w, http.StatusForbidden, "AccessDenied")
			}
			return bad
		}
		var got []string
		for !opts.Cursor.Done {
			stop := rapid.IntRange(0, 8).Draw(t, "elements before the break")
			for o, err := range Objects(t.Context(), c, "bucket", opts) {
				if err != nil {
					break
				}
				got = append(got, o.Key)
				if stop--; stop < 0 {
					break
				}
			}
		}
		if d := diff.Diff(want, got); d != "" && len(want)+len(got) > 0 {
			t.Fatal(d)
		}
	})
}

func TestUploadListingsEqualTheOracle(t *testing.T) {
	s := &service{}
	c := serve(t, s)
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom([]string{"a", "a/", "a/b", "a/c", "ab", "b", "+"})
		s.uploads = rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) [2]string {
			return [2]string{key.Draw(t, "key"), fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "id"))}
		}), 0, 30, rapid.ID).Draw(t, "uploads")
		one := key.Draw(t, "one")
		paging := Paging{PageSize: rapid.IntRange(1, 8).Draw(t, "page size")}
		want := slices.Clone(s.uploads)
		slices.SortFunc(want, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })

		got, err := gather(MultipartUploads(t.Context(), c, "bucket", MultipartUploadsOptions{Paging: paging}))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(want, pairs(got)) {
			t.Fatal(diff.Diff(want, pairs(got)))
		}
		got, err = gather(ObjectUploads(t.Context(), c, "bucket", one, ObjectUploadsOptions{paging}))
		if err != nil {
			t.Fatal(err)
		}
		want = slices.DeleteFunc(want, func(u [2]string) bool { return u[0] != one })
		if !slices.Equal(want, pairs(got)) {
			t.Fatal(diff.Diff(want, pairs(got)))
		}
	})
}
