package resumable

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
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
		file: f, ledger: l, plan: plan,
		done: make([]bool, plan.count), crcs: make([]uint64, plan.count),
	}, store
}

// However many ranges come, there is a record after the first and then one a second.
func TestDL11_CostOfRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, store := newTestCheckpoint(t, cut(100*defaultPartSize, defaultPartSize))
		c.every = time.Second
		for i := range c.plan.count {
			if err := c.finish(i, 1<<63); err != nil {
				t.Fatal(err)
			}
			if i == 0 && store.puts != 1 {
				t.Errorf("%d records after the first range", store.puts)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if store.puts != 10 {
			t.Errorf("%d records in ten seconds", store.puts)
		}
		if err := c.save(); err != nil {
			t.Fatal(err)
		}
		_, data := store.only(t)
		var rec downloadRecord
		if err := json.Unmarshal(data, &rec); err != nil || len(rec.Done) != c.plan.count {
			t.Errorf("%d ranges in the last record, %v", len(rec.Done), err)
		}
	})
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
