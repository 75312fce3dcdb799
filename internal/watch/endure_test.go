package watch

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/chaos/stage"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// endurance is how much TestChurnBesideFaults does at a level of CHAOS.
type endurance struct {
	files          int           // at most, at a time
	burst          int           // files made and removed in one go, now and then
	time           time.Duration // of the churn
	pace           time.Duration // pause after some steps; 0: none
	restarts       int           // of the store
	settle, rescan time.Duration
}

var endurances = map[string]endurance{
	"":        {files: 400, burst: 500, time: 2 * time.Second, restarts: 1, settle: 20 * time.Millisecond, rescan: 2 * time.Second},
	"pr":      {files: 2000, burst: 20_000, time: 20 * time.Second, restarts: 2, settle: 100 * time.Millisecond, rescan: 20 * time.Second},
	"nightly": {files: 20_000, burst: 20_000, time: 5 * time.Minute, restarts: 2, settle: 2 * time.Second, rescan: 10 * time.Minute},
	"release": {files: 20_000, burst: 20_000, time: time.Hour, pace: 100 * time.Millisecond, restarts: 2, settle: 2 * time.Second, rescan: 10 * time.Minute},
}

// stepsAtATime are done without a look at the clock.
const stepsAtATime = 100

// TestChurnBesideFaults creates, edits in place, renames and removes files at random,
// faster than a watch can follow and with bursts beyond the queue of the system, while
// the store fails one request in fifty and restarts. Within one rescan of the end of
// that, bucket and tree are equal; and at no time the bucket had a content that no file
// ever had. At the level release it does so for an hour, slower, and what the process
// uses does not grow.
func TestChurnBesideFaults(t *testing.T) {
	level, err := stage.LevelAsked()
	if err != nil {
		t.Fatal(err)
	}
	e := endurances[level.Name]
	seed := rand.Uint64()
	t.Logf("level %q: %+v, seed %d", level.Name, e, seed)
	w := beginChurn(t, e)
	c, err := newChurner(rand.New(rand.NewPCG(seed, 0)), w.tree, e.files, e.burst)
	if err != nil {
		t.Fatal(err)
	}
	m := newMeter(e.time)
	begun := time.Now()
	for restarts := 0; time.Since(begun) < e.time; {
		for range stepsAtATime {
			if err := c.step(); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(begun) > e.time*time.Duration(restarts+1)/time.Duration(e.restarts+1) {
			if restarts++; restarts <= e.restarts {
				w.restart(e.settle)
			}
		}
		m.sample(t.Logf, time.Since(begun))
		if e.pace > 0 {
			<-time.After(e.pace)
		}
	}
	t.Logf("%d steps, %d files", c.steps, c.files)
	took := w.untilEqual(max(e.rescan, time.Minute)) // a machine under load is given the minute
	t.Logf("equal %v after the churn (rescan %v)", took.Round(100*time.Millisecond), e.rescan)
	w.end()
	counts := w.board.Status().Mappings[0].Counts
	t.Logf("store: %d requests, %d failed, %d contents, %d of them between two writes; watch: %+v",
		w.store.requests.Load(), w.store.faults.Load(), w.store.objects.Load(), w.store.between.Load(), counts)
	if torn := w.store.torn.Load(); torn != nil {
		t.Errorf("content that no file had: %v", *torn)
	}
	if counts.Uploaded == 0 || counts.Deleted == 0 || w.store.faults.Load() == 0 {
		t.Error("too little happened")
	}
	if level.Name == "release" {
		m.judge(t)
	}
}

// churnWatch is a watch over a tree beside a shaky store.
type churnWatch struct {
	t     *testing.T
	tree  string
	store *shakyStore
	board *Board
	stop  context.CancelFunc
	ended chan error
}

func beginChurn(t *testing.T, e endurance) *churnWatch {
	t.Helper()
	dir := t.TempDir()
	w := &churnWatch{t: t, tree: filepath.Join(dir, "tree"), board: NewBoard(Status{}), ended: make(chan error, 1)}
	if err := errors.Join(os.Mkdir(w.tree, 0o755), os.WriteFile(filepath.Join(w.tree, "p"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.store, err = openShakyStore(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.close(); err != nil {
			t.Error(err)
		}
	})
	text := fmt.Sprintf(`version: 1
stores: {remote: {region: cn-hangzhou, endpoint: %q}}
mappings:
  - {name: site, local: tree, to: "oss://bucket/www/", prune: all, watch: {prune: true}, exclude: ["*.part"], guard: {maxDeletePercent: 100, maxDeletes: 1000000000}}
`, w.store.web.URL)
	wish, err := spec.Parse(filepath.Join(dir, "osssync.yaml"), dir, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	site, _ := wish.Mapping("site")
	site.Watch.Settle, site.Watch.Rescan = e.settle, e.rescan // also shorter than a spec may say
	keys := map[string]string{"OSS_ACCESS_KEY_ID": shakyID, "OSS_ACCESS_KEY_SECRET": shakySecret}
	state := filepath.Join(dir, "state")
	open := func(ctx context.Context, wish *spec.Spec, names []string) (Reconciler, error) {
		session, err := reconcile.Open(ctx, wish, names, reconcile.Options{StateDir: state, Getenv: func(name string) string { return keys[name] }})
		if err != nil {
			return nil, err
		}
		return NewPasses(session, names, time.Now), nil
	}
	ctx, stop := context.WithCancel(t.Context())
	w.stop = stop
	go func() {
		w.ended <- Run(ctx, wish, Options{StateDir: state, Board: w.board, Open: open, Log: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(w.end)
	return w
}

// end ends the watch.
func (w *churnWatch) end() {
	w.stop()
	if err, running := <-w.ended; running {
		close(w.ended)
		if err != nil {
			w.t.Error(err)
		}
	}
}

// restart has the store down for a while.
func (w *churnWatch) restart(pause time.Duration) {
	w.t.Helper()
	err := w.store.stop()
	<-time.After(pause)
	if err = errors.Join(err, w.store.start()); err != nil {
		w.t.Fatal(err)
	}
}

// untilEqual waits until the bucket has the content of the tree, and nothing else.
func (w *churnWatch) untilEqual(limit time.Duration) time.Duration {
	w.t.Helper()
	want := map[string]string{}
	err := filepath.WalkDir(w.tree, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		sum := md5.Sum(content)
		want[filepath.ToSlash(strings.TrimPrefix(path, w.tree+string(filepath.Separator)))] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	tick := time.NewTicker(time.Second) // each look lists the whole bucket
	defer tick.Stop()
	for begun := time.Now(); ; {
		got, err := w.store.etags(w.t.Context(), "www/")
		differ := differing(want, got)
		if err == nil && len(differ) == 0 {
			return time.Since(begun)
		}
		if time.Since(begun) > limit {
			status := w.board.Status().Mappings[0]
			w.t.Fatalf("not equal after %v: %d of %d paths, such as %q, %v; %s: %s, pending %d, %+v",
				limit, len(differ), len(want), differ[:min(len(differ), 3)], err, status.State, status.Reason, status.Pending, status.Errors)
		}
		select {
		case <-tick.C:
		case err := <-w.ended:
			w.t.Fatalf("ended: %v", err)
		}
	}
}

// differing returns the keys under which two maps do not have the same.
func differing(want, got map[string]string) (keys []string) {
	for key, sum := range want {
		if got[key] != sum {
			keys = append(keys, key)
		}
	}
	for key := range got {
		if _, wanted := want[key]; !wanted {
			keys = append(keys, key)
		}
	}
	return keys
}
