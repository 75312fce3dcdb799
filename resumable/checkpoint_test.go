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

func appendable(m *memory) Store { return m }
func replaced(m *memory) Store   { return putOnly{m} }

func newTestCheckpoint(t *testing.T, plan partPlan, in func(*memory) Store) (*checkpoint, *memory) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	store := newMemory()
	l, err := openLedger(in(store), binding{Op: OpDownload}, "")
	if err != nil {
		t.Fatal(err)
	}
	return &checkpoint{
		file: f, ledger: l, plan: plan,
		done: make([]bool, plan.count), crcs: make([]uint64, plan.count),
	}, store
}

// However many ranges come, without an Appender there is a record after the first and
// then one a second.
func TestDL11_CostOfRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, store := newTestCheckpoint(t, cut(100*defaultPartSize, defaultPartSize), replaced)
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

// With an Appender each costs a line, and no sync.
func TestDL11_CostOfAppendedRecords(t *testing.T) {
	c, store := newTestCheckpoint(t, cut(100*defaultPartSize, defaultPartSize), appendable)
	if err := c.ledger.put(c.snapshot()); err != nil {
		t.Fatal(err)
	}
	_, before := store.only(t)
	c.file.Close() // so that a sync would fail
	for i := range c.plan.count {
		if err := c.finish(i, 1<<63); err != nil {
			t.Fatal(err)
		}
	}
	_, after := store.only(t)
	if grown := len(after) - len(before); store.puts != 1 || store.appends != c.plan.count || grown > 32*c.plan.count {
		t.Errorf("%d records put, %d lines of %d bytes appended", store.puts, store.appends, grown)
	}
	claimed, err := readLines(after[len(before):], checksum(before), c.plan.count)
	if err != nil || len(claimed) != c.plan.count {
		t.Errorf("%d ranges claimed, %v", len(claimed), err)
	}
}

// What somebody has removed is there again with the next range.
func TestDL12_ARemovedRecordIsPutAnew(t *testing.T) {
	c, store := newTestCheckpoint(t, cut(3*defaultPartSize, defaultPartSize), appendable)
	for i := range 2 {
		if err := errors.Join(c.ledger.delete(), c.finish(i, 7)); err != nil {
			t.Fatal(err)
		}
		_, data := store.only(t)
		var rec downloadRecord
		if err := json.Unmarshal(data, &rec); err != nil || len(rec.Done) != i+1 || store.puts != i+1 {
			t.Errorf("record %s", data)
		}
	}
	if err := c.finish(2, 9); err != nil || store.appends != 1 {
		t.Errorf("error %v, %d lines", err, store.appends)
	}
}

func TestDL12_AFailedAppendIsAnError(t *testing.T) {
	c, store := newTestCheckpoint(t, cut(3*defaultPartSize, defaultPartSize), appendable)
	store.hook = func(call string) error {
		if call == "append" {
			return errDied
		}
		return nil
	}
	if err := c.finish(0, 7); !errors.Is(err, errDied) || store.puts != 0 {
		t.Errorf("error %v, %d records", err, store.puts)
	}
}

func TestL8_DL12_NothingIsClaimedAfterAFailedSync(t *testing.T) {
	c, store := newTestCheckpoint(t, cut(3*defaultPartSize, defaultPartSize), replaced)
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
	c, store := newTestCheckpoint(t, cut(3*defaultPartSize, defaultPartSize), replaced)
	store.hook = func(string) error { return errDied }
	if err := c.finish(0, 7); !errors.Is(err, errDied) {
		t.Errorf("error %v", err)
	}
	store.hook = nil
	if err := c.save(); err != nil || store.puts != 1 {
		t.Errorf("error %v, %d records", err, store.puts)
	}
}
