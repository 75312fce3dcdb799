package iter

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIT9_PageSizeIsSentAsGiven(t *testing.T) {
	calls := map[string]func(Invoker, Paging) error{
		"max-keys of buckets": func(c Invoker, p Paging) error {
			_, err := gather(Buckets(t.Context(), c, BucketsOptions{Paging: p}))
			return err
		},
		"max-keys of objects": func(c Invoker, p Paging) error {
			_, err := gather(Objects(t.Context(), c, "bucket", ObjectsOptions{Paging: p}))
			return err
		},
		"max-uploads": func(c Invoker, p Paging) error {
			_, err := gather(MultipartUploads(t.Context(), c, "bucket", MultipartUploadsOptions{Paging: p}))
			return err
		},
		"max-uploads of an object": func(c Invoker, p Paging) error {
			_, err := gather(ObjectUploads(t.Context(), c, "bucket", "key", ObjectUploadsOptions{Paging: p}))
			return err
		},
		"max-parts": func(c Invoker, p Paging) error {
			_, err := gather(Parts(t.Context(), c, "bucket", "key", "U", PartsOptions{Paging: p}))
			return err
		},
	}
	defaults := map[string]string{"max-keys of buckets": "100", "max-keys of objects": "100",
		"max-uploads": "1000", "max-uploads of an object": "1000", "max-parts": "1000"}
	for name, call := range calls {
		parameter, _, _ := strings.Cut(name, " ")
		for _, size := range []int{0, 1, 7, 5000, -3} {
			s := &service{}
			if err := call(serve(t, s), Paging{PageSize: size}); err != nil {
				t.Fatal(err)
			}
			want := strconv.Itoa(size)
			if size == 0 {
				want = defaults[name]
			}
			if diff := cmp.Diff([]string{want}, s.sent(parameter)); diff != "" {
				t.Errorf("%s with page size %d: %s", name, size, diff)
			}
		}
	}
}

func TestIT9_PageSizeDoesNotLimitTheSequence(t *testing.T) {
	s := &service{objects: abc()}
	got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 1}}))
	if err != nil || len(got) != 10 || len(s.requests()) != 10 {
		t.Errorf("%d objects in %d requests, %v", len(got), len(s.requests()), err)
	}
}

func TestIT10_EmptyArgumentsAreSentEmpty(t *testing.T) {
	s := &service{}
	if _, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{})); err != nil {
		t.Fatal(err)
	}
	for _, parameter := range []string{"prefix", "delimiter", "marker"} {
		if values, ok := s.requests()[0][parameter]; !ok || values[0] != "" {
			t.Errorf("%s: %q, %t", parameter, values, ok)
		}
	}
}

func TestOnPageTellsOfEachPageBeforeItsEntries(t *testing.T) {
	s := &service{objects: abc()}
	s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n == 2 {
			refuse(w, http.StatusServiceUnavailable, "ServiceUnavailable")
		}
		return n == 2
	}
	var pages []Page
	elements := 0
	paging := Paging{PageSize: 4, Sleep: noWait(nil), OnPage: func(p Page) {
		if elements != 4*len(pages) {
			t.Errorf("page %d after %d elements", p.Number, elements)
		}
		pages = append(pages, p)
	}}
	for _, err := range Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: paging}) {
		if err != nil {
			t.Fatal(err)
		}
		elements++
	}
	want := []Page{
		{Number: 1, Entries: 4, Truncated: true, Attempts: 1, Date: aDate, RequestID: "R1"},
		{Number: 2, Entries: 4, Truncated: true, Attempts: 2, Date: aDate, RequestID: "R3"},
		{Number: 3, Entries: 2, Truncated: false, Attempts: 1, Date: aDate, RequestID: "R4"},
	}
	if diff := cmp.Diff(want, pages); diff != "" {
		t.Error(diff)
	}
}
