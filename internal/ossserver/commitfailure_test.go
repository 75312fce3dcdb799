package ossserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

var errSync = errors.New("sync fails")

// The two ends of a commit that reports an error.
func sealThenFail(tx *bolt.Tx) error { return errors.Join(errSync, tx.Commit()) }
func failUnsealed(tx *bolt.Tx) error { return errors.Join(errSync, tx.Rollback()) }

// logTo keeps the records of what must not be missed.
func logTo(w io.Writer) func(*Options) {
	return func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelError}))
	}
}

// overwrites are changes that give new bodies to objects that have one.
func overwrites(h *harness, bodies map[string][]byte) (group []*change, applied *int) {
	applied = new(int)
	for key, body := range bodies {
		b, err := h.store.stage(bytes.NewReader(body), int64(len(body)), noInline)
		if err != nil {
			h.t.Fatal(err)
		}
		group = append(group, &change{result: make(chan error, 1), apply: func(tx *transaction) error {
			*applied++
			bucket, err := tx.bucket(testBucket)
			if err != nil {
				return err
			}
			o := &objectRecord{kind: kindNormal, etag: b.etag(), crc: b.crc, size: b.size, class: classStandard}
			if o.blob, err = tx.addBody(b); err != nil {
				return err
			}
			return tx.putObject(bucket, key, o)
		}})
	}
	return group, applied
}

func failGroup(t *testing.T, h *harness, bodies map[string][]byte) {
	t.Helper()
	group, applied := overwrites(h, bodies)
	h.store.commitGroup(group)
	for i, c := range group {
		if err := <-c.result; !errors.Is(err, errSync) {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if *applied != len(group) {
		t.Errorf("%d changes were applied %d times", len(group), *applied)
	}
}

// TestCommitFailsInForce: the sync behind a transaction fails, which is in force
// all the same. Nothing is applied twice, nothing more is written, reads go on, and
// the next server finds each object whole.
func TestCommitFailsInForce(t *testing.T) {
	var log bytes.Buffer
	h := newHarness(t, logTo(&log))
	bodies := make(map[string][]byte)
	for i := range 4 {
		key := fmt.Sprint("k", i)
		h.put(key, string(randomBytes(20_000)))
		bodies[key] = randomBytes(30_000)
	}
	h.store.db.seal = sealThenFail
	failGroup(t, h, bodies)
	h.store.db.seal = (*bolt.Tx).Commit

	if got := h.raw("PUT", "/"+testBucket+"/late", []byte("x")); got.status != 503 || got.code() != "ServiceUnavailable" {
		t.Errorf("write after it: %d %s", got.status, got.code())
	}
	if got := h.raw("DELETE", "/"+testBucket+"/k0", nil); got.status != 503 {
		t.Errorf("delete after it: %d %s", got.status, got.code())
	}
	if n := strings.Count(log.String(), "writing ended"); n != 1 {
		t.Errorf("%d records of it: %s", n, log.String())
	}
	for range 2 {
		for key, body := range bodies {
			if !bytes.Equal(h.get(key), body) {
				t.Errorf("%s differs", key)
			}
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		h.open()
	}
	h.put("late", "x")
	if n := h.contentFiles(); n != len(bodies) {
		t.Errorf("%d content files", n)
	}
}

// TestCommitFailsUndone: a commit that fails before it is in force, as on a full
// disk, is an error of its changes alone.
func TestCommitFailsUndone(t *testing.T) {
	h := newHarness(t)
	old := string(randomBytes(20_000))
	bodies := make(map[string][]byte)
	for i := range 4 {
		key := fmt.Sprint("k", i)
		h.put(key, old)
		bodies[key] = randomBytes(30_000)
	}
	h.store.db.seal = failUnsealed
	failGroup(t, h, bodies)
	if got := h.raw("PUT", "/"+testBucket+"/late", []byte("x")); got.status != 500 || got.code() != "InternalError" {
		t.Errorf("write meanwhile: %d %s", got.status, got.code())
	}
	h.store.db.seal = (*bolt.Tx).Commit
	h.put("late", "x")
	for key := range bodies {
		if string(h.get(key)) != old {
			t.Errorf("%s differs", key)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h.open()
	if n := h.contentFiles(); n != len(bodies) {
		t.Errorf("%d content files after the sweep", n)
	}
}

// TestChangePanics: a damaged page, which bbolt tells by a panic, ends all writing
// and no process.
func TestChangePanics(t *testing.T) {
	h := newHarness(t)
	h.put("k", "body")
	err := h.store.update(func(*transaction) error { panic("page 7: has unexpected type") })
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("change: %v", err)
	}
	if got := h.raw("PUT", "/"+testBucket+"/k", []byte("other")); got.status != 503 {
		t.Errorf("write after it: %d", got.status)
	}
	if string(h.get("k")) != "body" {
		t.Error("object differs")
	}
	if err := h.store.view(func(*transaction) error { panic("page 8: has unexpected type") }); !errors.Is(err, ErrDamaged) {
		t.Errorf("read: %v", err)
	}
	if string(h.get("k")) != "body" {
		t.Error("object differs after a read that met the damage")
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	h.open()
	h.put("k", "other")
}
