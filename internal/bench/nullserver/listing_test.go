package nullserver

import (
	"encoding/xml"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type page struct {
	IsTruncated           bool
	NextMarker            string
	NextContinuationToken string
	KeyCount              int
	Contents              []struct {
		Key  string
		Size int64
		ETag string
	}
	CommonPrefixes []struct{ Prefix string }
}

func fetch(t interface{ Fatalf(string, ...any) }, s *Server, q url.Values) page {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/bucket?"+q.Encode(), nil))
	var p page
	if err := xml.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 200 {
		t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
	}
	return p
}

// listAll goes through all pages and returns the names in order, keys and prefixes.
func listAll(t *rapid.T, s *Server, q url.Values) []string {
	var names []string
	for range 1000 {
		p := fetch(t, s, q)
		var here []string
		for _, o := range p.Contents {
			here = append(here, o.Key)
		}
		for _, c := range p.CommonPrefixes {
			here = append(here, c.Prefix)
		}
		if q.Get("encoding-type") == "url" {
			for i, name := range here {
				var err error
				if here[i], err = url.QueryUnescape(name); err != nil {
					t.Fatalf("%q: %v", name, err)
				}
			}
		}
		slices.Sort(here)
		names = append(names, here...)
		if !p.IsTruncated {
			return names
		}
		if most, _ := strconv.Atoi(q.Get("max-keys")); len(here) != most {
			t.Fatalf("%d entries of %d on a page that is not the last", len(here), most)
		}
		if q.Get("list-type") == "2" {
			q.Set("continuation-token", p.NextContinuationToken)
			continue
		}
		marker := p.NextMarker
		if q.Get("encoding-type") == "url" {
			marker, _ = url.QueryUnescape(marker)
		}
		q.Set("marker", marker)
	}
	t.Fatalf("no end")
	return nil
}

// model is what a listing should tell, from all keys.
func model(keys []string, prefix, delimiter, after string) []string {
	var names []string
	for _, key := range keys {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		name := key
		if at := strings.Index(rest, delimiter); delimiter != "" && at >= 0 {
			name = prefix + rest[:at+len(delimiter)]
		}
		if key > after && name > after && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func TestListing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[ab/&é]{1,5}`)
		s, there := New("bucket"), map[string]bool{}
		var loaded []Object
		for _, k := range rapid.SliceOfDistinct(key, rapid.ID).Draw(t, "loaded") {
			loaded, there[k] = append(loaded, Object{Key: k, Size: 1}), true
		}
		s.Load(loaded, "")
		for _, k := range rapid.SliceOf(key).Draw(t, "written") {
			there[k] = rapid.Bool().Draw(t, "put, not deleted")
			if there[k] {
				s.objects.put(&Object{Key: k, Size: 2})
			} else {
				s.objects.remove(k)
			}
		}
		var keys []string
		for k, is := range there {
			if is {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)

		q := url.Values{}
		q.Set("prefix", rapid.SampledFrom([]string{"", "a", "a/", "é"}).Draw(t, "prefix"))
		q.Set("delimiter", rapid.SampledFrom([]string{"", "/"}).Draw(t, "delimiter"))
		q.Set("max-keys", strconv.Itoa(rapid.IntRange(1, 7).Draw(t, "max-keys")))
		if rapid.Bool().Draw(t, "encoded") {
			q.Set("encoding-type", "url")
		}
		after := rapid.OneOf(rapid.Just(""), key).Draw(t, "after")
		if rapid.Bool().Draw(t, "second version") {
			q.Set("list-type", "2")
			q.Set("start-after", after)
		} else {
			q.Set("marker", after)
		}
		want := model(keys, q.Get("prefix"), q.Get("delimiter"), after)
		if diff := cmp.Diff(want, listAll(t, s, q)); diff != "" {
			t.Fatalf("listing (-want +got):\n%s", diff)
		}
	})
}

func TestListingTells(t *testing.T) {
	s := New("bucket")
	s.Load([]Object{{Key: "a", Size: 7, MD5: [16]byte{0xab}, Modified: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)}}, "")
	for authorization, want := range map[string]string{
		"":                 "<Contents><Key>a</Key><LastModified>2025-01-02T03:04:05.000Z</LastModified><ETag>&quot;ab000000000000000000000000000000&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass></Contents>",
		"OSS4-HMAC-SHA256": "<Contents><Key>a</Key><LastModified>2025-01-02T03:04:05.000Z</LastModified><ETag>&quot;AB000000000000000000000000000000&quot;</ETag><Size>7</Size><Type>Normal</Type><StorageClass>Standard</StorageClass></Contents>",
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/bucket", nil)
		r.Header.Set("Authorization", authorization)
		s.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("signed %q: %s", authorization, w.Body)
		}
	}
}

func BenchmarkList(b *testing.B) {
	s := New("bucket")
	all := make([]Object, 200_000)
	for i := range all {
		all[i] = Object{Key: "www/" + strconv.Itoa(1_000_000+i) + ".bin", Size: 100, Modified: wholeSecond()}
	}
	s.Load(all, "")
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/bucket?list-type=2&start-after=www/1100000.bin", nil))
	}
}
