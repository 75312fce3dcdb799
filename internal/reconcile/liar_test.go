package reconcile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
)

// isListing reports a request for a page of a listing of objects.
func isListing(r ossserver.Request) bool {
	return r.Operation == ossserver.ListObjects || r.Operation == ossserver.ListObjectsV2
}

// A size that the listing lowers would pass every guard on sizes: the object that
// is served must have the size that was judged.
func TestL16_ListingTellsAnotherSize(t *testing.T) {
	for _, fields := range []string{"guard: {maxObjectSize: 3B}", "guard: {maxObjectSize: 3B}\ntransfer: {threshold: 1B}"} {
		w := pullWorld(t, fields)
		w.put(map[string]string{"a": "hello"})
		var report Report
		var err error
		lie := func(r ossserver.Request) *ossserver.Fault {
			if !isListing(r) {
				return nil
			}
			f := listed("a")
			f.Body = bytes.Replace(f.Body, []byte("<Size>5<"), []byte("<Size>2<"), 1)
			return f
		}
		w.during(lie, func() { report, err = w.try(nil, nil) })
		if err != nil || report.Done > 0 || report.Skipped+report.Failed == 0 {
			t.Errorf("%+v, %v", report, err)
		}
		equal(t, "files", map[string]string{}, w.files())
		for _, e := range w.journal.Exchanges() {
			if e.Operation == ossserver.GetObject {
				t.Errorf("%s of %q", e.Operation, e.Key)
			}
		}
	}
}

// endless answers every GET with a body that does not end.
type endless struct {
	apply.API
	read int
}

func (s *endless) GetObject(context.Context, *oss.GetObjectRequest, ...func(*oss.Options)) (*oss.GetObjectResult, error) {
	return &oss.GetObjectResult{Body: io.NopCloser(s)}, nil
}

func (s *endless) Read(p []byte) (int, error) {
	s.read += len(p)
	return len(p), nil
}

func TestM19_DeepReadsNoMoreThanTheListedSize(t *testing.T) {
	service := &endless{}
	s := settler{client: service}
	state := plan.State{Path: "a", Remote: plan.Remote{Version: plan.Version{Size: 1000, ETag: "E"}}}
	var e plan.Evidence
	if err := s.read(t.Context(), &state, &e); err != nil || !e.RemoteGone || e.RemoteBody || service.read != 1001 {
		t.Errorf("%+v, %v after %d bytes", e, err, service.read)
	}
}

func TestM19_ListingWithoutEnd(t *testing.T) {
	asked := 0
	objects := func(yield func(iter.Object, error) bool) {
		for yield(iter.Object{Key: strings.Repeat("k", asked)}, nil) {
			asked++
		}
	}
	n := 0
	for _, err := range atMost(objects, 10) {
		if n++; (err != nil) != (n == 11) || err != nil && !strings.Contains(err.Error(), `listing of more than 10 objects; last "kkkkkkkkkk"`) {
			t.Errorf("object %d: %v", n, err)
		}
	}
	if n != 11 || asked != 10 {
		t.Errorf("%d objects, %d asked for", n, asked)
	}
}

// The plan itself must not fill the disk that the state is on.
func TestL16_M19_PlanWithoutRoom(t *testing.T) {
	scratch, err := os.Create(filepath.Join(t.TempDir(), "scratch"))
	if err == nil {
		err = scratch.Truncate(1000)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	free, added := int64(1000), 0
	p := &Plan{session: &Session{free: func(string) (int64, bool) { return free, true }}}
	add := p.whileRoom(scratch, func(*plan.State, plan.Verdict) error { added++; return nil })
	for range 2*roomInterval - 1 {
		if err := add(nil, plan.Verdict{}); err != nil {
			t.Fatal(err)
		}
	}
	free = 999
	if err := add(nil, plan.Verdict{}); !errors.Is(err, syscall.ENOSPC) || added != 2*roomInterval-1 {
		t.Errorf("%v after %d", err, added)
	}
}
