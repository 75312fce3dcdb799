package resumable

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func newTestCheckpoint(t *testing.T, plan partPlan) (*checkpoint, *memory) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	store := newMemory()
	l, err := openLedger(store, binding{Op: OpDownload}, "")
	if err != nil {
		t.Fatal(err)
	}
	return &checkpoint{
		file: f, ledger: l, plan: plan, every: time.Duration(math.MaxInt64), saved: time.Now(),
		done: make([]bool, plan.count), crcs: make([]uint64, plan.count),
	}, store
}

func TestDL11_CostOfRecords(t *testing.T) {
	for _, tt := range []struct {
		name        string
		plan        partPlan
		least, most int
	}{
		{"a record a range of the default size", cut(200*defaultPartSize, defaultPartSize), 200, 200},
		{"few records for many small ranges", cut(1500*minPartSize, minPartSize), 110, 700},
	} {
		c, store := newTestCheckpoint(t, tt.plan)
		written := 0
		for i := range tt.plan.count {
			before := store.puts
			if err := c.finish(i, 1<<63); err != nil {
				t.Fatal(err)
			}
			if store.puts != before {
				_, data := store.only(t)
				written += len(data)
			}
		}
		if store.puts < tt.least || store.puts > tt.most {
			t.Errorf("%s: %d records", tt.name, store.puts)
		}
		if int64(written) > tt.plan.size/10 {
			t.Errorf("%s: %d bytes of records for %d of content", tt.name, written, tt.plan.size)
		}
	}
}

func TestL8_DL12_NothingIsClaimedAfterAFailedSync(t *testing.T) {
	c, store := newTestCheckpoint(t, cut(3*defaultPartSize, defaultPartSize))
	if err := c.finish(0, 7); err != nil {
		t.Fatal(err)
	}
	c.file.Close() // so that a sync fails
	var unsynced *syncError
	if err := c.finish(1, 8); !errors.As(err, &unsynced) || !errors.Is(err, os.ErrClosed) || unsynced.Error() == "" {
		t.Errorf("error %v", err)
	}
	if err := c.save(); err != nil {
		t.Errorf("sync repeated: %v", err)
	}
	_, data := store.only(t)
	var rec downloadRecord
	if err := json.Unmarshal(data, &rec); err != nil || len(rec.Done) != 1 {
		t.Errorf("record %s", data)
	}
}

func TestDL12_AFailedPutIsRepeated(t *testing.T) {
	c, store := newTestCheckpoint(t, cut(3*defaultPartSize, defaultPartSize))
	store.hook = func(string) error { return errDied }
	if err := c.finish(0, 7); !errors.Is(err, errDied) {
		t.Errorf("error %v", err)
	}
	store.hook = nil
	if err := c.save(); err != nil || store.puts != 1 {
		t.Errorf("error %v, %d records", err, store.puts)
	}
}
