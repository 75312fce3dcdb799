package iter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// gather reads a sequence up to its first error.
func gather[T any](seq Seq2[T, error]) (all []T, err error) {
	for e, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

func keys(objects []Object) []string {
	var all []string
	for _, o := range objects {
		all = append(all, o.Key)
	}
	return all
}

func abc() []string { return strings.Split("abcdefghij", "") }

func TestIT1_NothingIsSentBeforeTheFirstElement(t *testing.T) {
	s := &service{objects: abc()}
	seq := Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{})
	if n := len(s.requests()); n != 0 {
		t.Fatalf("%d requests by making a sequence", n)
	}
	if got, err := gather(seq); err != nil || len(got) != 10 {
		t.Fatalf("%d objects, %v", len(got), err)
	}
}

func TestIT2_EmptyTruncatedPageIsFollowedByAnother(t *testing.T) {
	s := &service{objects: abc()}
	s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n == 1 {
			fmt.Fprint(w, "<ListBucketResult><Name>bucket</Name><Prefix/><IsTruncated>true</IsTruncated><NextMarker>c</NextMarker></ListBucketResult>")
		}
		return n == 1
	}
	got, err := gather(Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(abc()[3:], keys(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"", "c"}, s.sent("marker")); diff != "" {
		t.Error(diff)
	}
}

func TestIT3_OnePageAtATime(t *testing.T) {
	s := &service{objects: abc()}
	i := 0
	for _, err := range Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 4}}) {
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(s.requests()), i/4+1; got != want {
			t.Errorf("%d requests at element %d, want %d", got, i, want)
		}
		i++
	}
}

// Each page fails in turn; the next range over the same cursor carries on as if nothing had been.
func TestIT4_AfterAnErrorTheSamePageIsRead(t *testing.T) {
	for page := 1; page <= 4; page++ {
		s := &service{objects: abc()}
		s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n == page {
				refuse(w, http.StatusForbidden, "AccessDenied")
			}
			return n == page
		}
		seq := Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 3, Cursor: new(Cursor)}})
		first, err := gather(seq)
		if err == nil || len(first) != 3*(page-1) {
			t.Fatalf("page %d: %d objects, %v", page, len(first), err)
		}
		rest, err := gather(seq)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(abc(), keys(append(first, rest...))); diff != "" {
			t.Error(diff)
		}
		want := slices.Insert([]string{"", "c", "f", "i"}, page, []string{"", "c", "f", "i"}[page-1])
		if diff := cmp.Diff(want, s.sent("marker")); diff != "" {
			t.Error(diff)
		}
		again, err := gather(seq)
		if err != nil || len(again) != 0 || len(s.requests()) != 5 {
			t.Errorf("a cursor that is done gives %d objects, %v", len(again), err)
		}
	}
}

func TestIT4_AfterABreakNothingIsRepeatedOrLost(t *testing.T) {
	for stop := 1; stop <= 10; stop++ {
		cursor := new(Cursor)
		s := &service{objects: abc()}
		seq := Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 3, Cursor: cursor}})
		var got []Object
		for o, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, o); len(got) == stop {
				break
			}
		}
		want := Cursor{Marker: []string{"", "c", "f", "i"}[(stop-1)/3], Last: abc()[stop-1]}
		if diff := cmp.Diff(want, *cursor); diff != "" {
			t.Errorf("stop after %d: %s", stop, diff)
		}
		rest, err := gather(seq)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(abc(), keys(append(got, rest...))); diff != "" {
			t.Errorf("stop after %d: %s", stop, diff)
		}
	}
}

func TestLeavingTheRangeSendsNothingMore(t *testing.T) {
	s := &service{objects: abc()}
	// The last element of a page is the one after which a careless iterator fetches the next.
	i := 0
	for range Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 3}}) {
		if i++; i == 3 {
			break
		}
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestSequencesMayBeRangedOverAgain(t *testing.T) {
	s := &service{objects: abc()}
	seq := Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Marker: "b", Paging: Paging{PageSize: 4}})
	for range 2 {
		got, err := gather(seq)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(abc()[2:], keys(got)); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff([]string{"b", "f", "b", "f"}, s.sent("marker")); diff != "" {
		t.Error(diff)
	}
}

func TestErrorIsHandedOutOnceWithAZeroElement(t *testing.T) {
	s := &service{objects: abc()}
	s.fault = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n == 2 {
			refuse(w, http.StatusForbidden, "AccessDenied")
		}
		return n == 2
	}
	var failures []error
	elements := 0
	for o, err := range Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Prefix: "", Paging: Paging{PageSize: 4}}) {
		if err == nil {
			elements++
			continue
		}
		if o != (Object{}) {
			t.Errorf("error with %v", o)
		}
		failures = append(failures, err)
	}
	if elements != 4 || len(failures) != 1 {
		t.Fatalf("%d elements, %d errors", elements, len(failures))
	}
	const want = `list objects "oss://bucket/" page 2: status 403 "AccessDenied": "no", request "RX"`
	if got := failures[0].Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCancelledContextSendsNothing(t *testing.T) {
	s := &service{objects: abc()}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	elements := 0
	var failure error
	for _, err := range Objects(ctx, serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 3}}) {
		if failure = err; err != nil {
			break
		}
		elements++
		cancel()
	}
	if !errors.Is(failure, context.Canceled) || elements != 3 || len(s.requests()) != 1 {
		t.Errorf("%d elements in %d requests, %v", elements, len(s.requests()), failure)
	}
}

func TestSequencesMayBeRangedOverConcurrently(t *testing.T) {
	s := &service{objects: abc()}
	seq := Objects(t.Context(), serve(t, s), "bucket", ObjectsOptions{Paging: Paging{PageSize: 3}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := gather(seq)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(abc(), keys(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	wg.Wait()
}
