package reconcile

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/resumable"
)

// died has an apply be broken off at its first Initiate, as by a kill: at the
// service that did nothing, or was done and nobody heard of it.
func (w *world) died(t *testing.T, done bool) {
	t.Helper()
	w.diedAt(t, done, time.Now())
}

// diedAt is died by a service whose clock stands at now.
func (w *world) diedAt(t *testing.T, done bool, now time.Time) {
	t.Helper()
	date := map[string]string{"Date": now.UTC().Format(http.TimeFormat)}
	dying, kill := context.WithCancel(ctx)
	defer kill()
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation != ossserver.InitiateMultipartUpload {
			return &ossserver.Fault{When: ossserver.AfterCommit, Header: date}
		}
		fault := &ossserver.Fault{Drop: true}
		if !done {
			kill()
			return fault
		}
		committed := make(chan struct{})
		fault.When, fault.Wait = ossserver.AfterCommit, committed
		go func() {
			select {
			case committed <- struct{}{}:
				kill()
			case <-dying.Done():
			}
		}()
		return fault
	}, func() {
		p, err := w.session().Prepare(dying, w.mapping(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if _, err := p.Run(dying, nil, nil); err == nil {
			t.Fatal("the apply ended well")
		}
	})
	if n := len(w.checkpointFiles(t)); n != 1 {
		t.Fatalf("%d checkpoints after the kill, want the intent", n)
	}
}

func (w *world) checkpointFiles(t *testing.T) []os.DirEntry {
	t.Helper()
	files, err := os.ReadDir(w.stateFile(checkpointsDir))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// planned checks the rows of a plan, but for those of the index. Those of one key come
// in the order of its upload ids, which are random.
func (w *world) planned(t *testing.T, want ...string) {
	t.Helper()
	w.preview(func(p *Plan) {
		got := slices.DeleteFunc(rows(t, p), func(row string) bool { return strings.HasPrefix(row, "record ") })
		if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("plan %q, want %q", got, want)
		}
	})
}

// left checks what pending uploads and checkpoints there are.
func (w *world) left(t *testing.T, uploads, checkpoints int) {
	t.Helper()
	if u, c := len(w.uploads()), len(w.checkpointFiles(t)); u != uploads || c != checkpoints {
		t.Errorf("%d uploads and %d checkpoints are left, want %d and %d", u, c, uploads, checkpoints)
	}
}

// TestM4_S1_DiedBeforeTheRecord: between the intent and the record the process is
// killed. The next apply leaves neither an upload nor a checkpoint.
func TestM4_S1_DiedBeforeTheRecord(t *testing.T) {
	start := func(t *testing.T, done bool) *world {
		w := pushWorld(t, partFields)
		w.write(map[string]string{"large": large})
		w.died(t, done)
		return w
	}
	t.Run("Initiate took effect", func(t *testing.T) {
		w := start(t, true)
		w.planned(t, "upload large", "abort large")
		w.apply()
		w.left(t, 0, 0)
		equal(t, "objects", map[string]string{"large": large}, w.objects())
	})
	t.Run("Initiate was never heard", func(t *testing.T) {
		w := start(t, false)
		w.planned(t, "upload large")
		w.apply()
		w.left(t, 0, 0)
	})
	t.Run("the file is gone", func(t *testing.T) {
		w := start(t, true)
		w.write(map[string]string{"large": absent, "other": "o"})
		w.planned(t, "abort large", "upload other")
		w.apply()
		w.left(t, 0, 0)
	})
	t.Run("the file is small now", func(t *testing.T) {
		w := start(t, true)
		w.write(map[string]string{"large": "small"})
		w.planned(t, "upload large", "abort large")
		w.apply()
		w.left(t, 0, 0)
	})
	t.Run("the next applies die too", func(t *testing.T) {
		w := start(t, true)
		for range 3 {
			w.died(t, true)
			w.left(t, 1, 1) // what the one before had begun went first
		}
		w.planned(t, "upload large", "abort large")
		w.apply()
		w.left(t, 0, 0)
	})
	t.Run("the next apply may not abort", func(t *testing.T) {
		w := start(t, true)
		refused := func(r ossserver.Request) *ossserver.Fault {
			if r.Operation == ossserver.AbortMultipartUpload {
				return &ossserver.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
			}
			return nil
		}
		w.during(refused, func() {
			report, err := w.try(nil, nil)
			if err != nil || report.Failed != 1 || report.Done != 1 {
				t.Errorf("%+v, %v", report, err)
			}
		})
		equal(t, "objects", map[string]string{"large": large}, w.objects())
		w.left(t, 1, 1)
		w.planned(t, "abort large")
		w.apply()
		w.left(t, 0, 0)
	})
	t.Run("the file is gone, and Initiate may still come", func(t *testing.T) {
		w := start(t, false)
		w.write(map[string]string{"large": absent, "other": "o"})
		w.apply()
		w.left(t, 0, 1)
		w.begin("large", "") // now
		w.planned(t, "abort large")
		w.apply()
		w.left(t, 0, 0)
	})
	t.Run("the file is gone, and Initiate does not come any more", func(t *testing.T) {
		w := start(t, false)
		w.write(map[string]string{"large": absent, "other": "o"})
		w.ages(t, func() { w.apply() })
		w.left(t, 0, 0)
	})
}

// TestM4_M5_NobodyElsesUpload: what can be somebody else's is left alone.
func TestM4_M5_NobodyElsesUpload(t *testing.T) {
	start := func(t *testing.T) *world {
		w := pushWorld(t, partFields)
		w.write(map[string]string{"large": large})
		w.died(t, false)
		w.write(map[string]string{"large": absent, "other": "o"})
		return w
	}
	t.Run("it has a part", func(t *testing.T) {
		w := start(t)
		w.begin("large", "part")
		w.planned(t, "keep large", "upload other")
	})
	t.Run("it has another key", func(t *testing.T) {
		w := start(t)
		w.begin("large2", "")
		w.planned(t, "keep large2", "upload other")
	})
	t.Run("it began after the intent's time", func(t *testing.T) {
		w := pushWorld(t, partFields)
		w.write(map[string]string{"large": large})
		w.diedAt(t, false, time.Now().Add(-time.Hour))
		w.write(map[string]string{"large": absent, "other": "o"})
		w.begin("large", "")
		w.planned(t, "keep large", "upload other")
	})
	t.Run("there are two", func(t *testing.T) {
		w := start(t)
		w.begin("large", "")
		w.begin("large", "")
		w.planned(t, "keep large", "keep large", "upload other")
		w.apply()
		w.left(t, 2, 1)
		w.ages(t, func() { // uploads.abortAfter
			w.planned(t, "abort large", "abort large")
			w.apply()
		})
		w.left(t, 0, 0)
	})
	t.Run("there are two, and one goes on", func(t *testing.T) {
		w := start(t)
		ours, theirs := w.begin("large", ""), w.begin("large", "")
		w.apply()
		w.addPart("large", theirs, 1, "part")
		if ours < theirs { // rows are by id
			w.planned(t, "abort large", "keep large")
		} else {
			w.planned(t, "keep large", "abort large")
		}
		w.apply()
		w.left(t, 1, 0)
		if left := w.uploads(); !slices.Contains(left, theirs) || slices.Contains(left, ours) {
			t.Errorf("%q are left", left)
		}
	})
	t.Run("another bucket's intent of that name", func(t *testing.T) {
		w := start(t)
		w.begin("large", "")
		store, err := resumable.NewFileStore(Checkpoints(w.state))
		if err != nil {
			t.Fatal(err)
		}
		w.during(func(r ossserver.Request) *ossserver.Fault {
			return &ossserver.Fault{Drop: true}
		}, func() {
			options := resumable.UploadOptions{
				Store: store, Threshold: resumable.NoThreshold,
				ServerTime: func() (time.Time, bool) { return time.Now(), true },
			}
			if _, err := resumable.Upload(ctx, w.client, "elsewhere", testPrefix+"large", w.tree+"/other", options); err == nil {
				t.Fatal("an upload without a service")
			}
		})
		w.planned(t, "abort large", "upload other")
	})
	t.Run("a part comes after the plan", func(t *testing.T) {
		w := start(t)
		id := w.begin("large", "")
		p, err := w.session().Prepare(ctx, w.mapping(), nil)
		if err != nil {
			t.Fatal(err)
		}
		w.addPart("large", id, 1, "part")
		report, err := p.Run(ctx, nil, nil)
		if closeErr := p.Close(); err != nil || closeErr != nil || report.Skipped != 1 {
			t.Errorf("%+v, %v, %v", report, err, closeErr)
		}
		w.left(t, 1, 1)
	})
	t.Run("other work here may have begun it", func(t *testing.T) {
		w := start(t)
		w.begin("large", "")
		elsewhere := Checkpoints(w.state)
		name := w.checkpointFiles(t)[0].Name()
		text, err := os.ReadFile(w.stateFile(checkpointsDir) + "/" + name)
		if err == nil {
			err = os.MkdirAll(elsewhere, 0o700)
		}
		if err == nil {
			err = os.WriteFile(elsewhere+"/"+name, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.planned(t, "keep large", "upload other")
	})
	t.Run("locks mean nothing", func(t *testing.T) {
		w := start(t)
		w.begin("large", "")
		w.secondLock = func(string) locker { return granted{} }
		p, err := w.session().Prepare(ctx, w.mapping(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if got := rows(t, p); !slices.Equal(got, []string{"keep large", "upload other"}) {
			t.Errorf("%q", got)
		}
	})
}
