package iter

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func names(buckets []Bucket) []string {
	var all []string
	for _, b := range buckets {
		all = append(all, b.Name)
	}
	return all
}

// Five buckets of which one has another prefix, two to a page, with the markers that are sent.
func TestBI1_QueryOfBuckets(t *testing.T) {
	s := &service{buckets: []string{"web-c", "web-a", "db", "web-e", "web-b", "web-d"}}
	got, err := gather(Buckets(t.Context(), serve(t, s), BucketsOptions{Prefix: "web-", Paging: Paging{PageSize: 2}}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"web-a", "web-b", "web-c", "web-d", "web-e"}, names(got)); diff != "" {
		t.Error(diff)
	}
	for i, marker := range []string{"", "web-b", "web-d"} {
		want := map[string][]string{"prefix": {"web-"}, "marker": {marker}, "max-keys": {"2"}}
		if diff := cmp.Diff(want, map[string][]string(s.requests()[i])); diff != "" {
			t.Error(diff)
		}
	}
	if path := s.log[0].URL.Path; path != "/" {
		t.Errorf("path %q", path)
	}
}

func TestBI1_NamesAreNotDecoded(t *testing.T) {
	s := &service{buckets: []string{"a%41"}}
	got, err := gather(Buckets(t.Context(), serve(t, s), BucketsOptions{}))
	if err != nil || got[0].Name != "a%41" {
		t.Errorf("%v, %v", names(got), err)
	}
}

func TestBI2_WithoutIsTruncatedThereIsNoMore(t *testing.T) {
	for name, head := range map[string]string{
		"nothing of paging":             "<Owner><ID>1</ID></Owner><Buckets/>",
		"marker that has no meaning":    "<NextMarker>x</NextMarker><Buckets></Buckets>",
		"account without buckets":       "<Owner><ID>1</ID><DisplayName>1</DisplayName></Owner>",
		"false and no marker":           "<IsTruncated>false</IsTruncated><Buckets/>",
		"prefix that is the one wanted": "<Prefix></Prefix><IsTruncated>false</IsTruncated><Buckets/>",
	} {
		t.Run(name, func(t *testing.T) {
			s := &service{fault: page("<ListAllMyBucketsResult>" + head + "</ListAllMyBucketsResult>")}
			got, err := gather(Buckets(t.Context(), serve(t, s), BucketsOptions{}))
			if err != nil || len(got) != 0 || len(s.requests()) != 1 {
				t.Errorf("%d buckets in %d requests, %v", len(got), len(s.requests()), err)
			}
		})
	}
}

func TestBI3_FieldsOfABucket(t *testing.T) {
	s := &service{buckets: []string{"site"}}
	got, err := gather(Buckets(t.Context(), serve(t, s), BucketsOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	want := []Bucket{{
		Name: "site", Location: "oss-cn-hangzhou", Region: "cn-hangzhou", StorageClass: "Standard", Created: aTimeParsed,
		ExtranetEndpoint: "oss.example.com", IntranetEndpoint: "oss-internal.example.com", ResourceGroupID: "rg",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBI4_MarkerIsExclusive(t *testing.T) {
	s := &service{buckets: []string{"a", "b", "c"}}
	got, err := gather(Buckets(t.Context(), serve(t, s), BucketsOptions{Marker: "a"}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b", "c"}, names(got)); diff != "" {
		t.Error(diff)
	}
}

func TestBucketsThatAreNoListing(t *testing.T) {
	bucket := func(name string) string {
		return fmt.Sprintf("<Bucket><Name>%s</Name><Location>l</Location><CreationDate>%s</CreationDate></Bucket>", name, aTime)
	}
	for name, inner := range map[string]string{
		"nothing":             "",
		"unknown":             "<Other/>",
		"other prefix":        "<Prefix>q</Prefix><Buckets/>",
		"foreign bucket":      "<Buckets>" + bucket("qa") + "</Buckets>",
		"order":               "<Buckets>" + bucket("pb") + bucket("pa") + "</Buckets>",
		"no name":             "<Buckets>" + strings.Replace(bucket("pa"), "Name", "Nome", 2) + "</Buckets>",
		"no date":             "<Buckets>" + strings.Replace(bucket("pa"), aTime, "", 1) + "</Buckets>",
		"bucket at the top":   bucket("pa"),
		"truncated":           "<IsTruncated>true</IsTruncated><Buckets/>",
		"two lists":           "<Buckets/><Buckets/>",
		"doubtful truncation": "<IsTruncated>yes</IsTruncated><Buckets/>",
	} {
		t.Run(name, func(t *testing.T) {
			s := &service{fault: failing(9, func(w http.ResponseWriter) {
				fmt.Fprintf(w, "<ListAllMyBucketsResult>%s</ListAllMyBucketsResult>", inner)
			})}
			got, err := gather(Buckets(t.Context(), serve(t, s), BucketsOptions{Prefix: "p"}))
			if !errors.Is(err, ErrNotListing) || len(got) != 0 {
				t.Errorf("%d buckets, %v", len(got), err)
			}
			if err != nil && !strings.HasPrefix(err.Error(), `list buckets "p" page 1: answer of application/xml`) {
				t.Error(err)
			}
		})
	}
}
