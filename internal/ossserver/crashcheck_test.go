package ossserver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
)

// checkCrash opens the directory, holds every key against what it may be, and
// returns how many objects there are.
func checkCrash(t *testing.T, dir string, state []map[string]*crashKey) (found int) {
	t.Helper()
	h := &harness{t: t, dir: dir, hooks: &Hooks{}}
	h.open()
	for _, keys := range state {
		for name, key := range keys {
			got := h.raw("GET", "/"+testBucket+"/"+name, nil)
			if got.status == http.StatusNotFound {
				got.body = nil
			} else if got.status != http.StatusOK {
				t.Errorf("%q: %d %s", name, got.status, got.body)
			}
			if got.status == http.StatusOK {
				found++
			}
			step := -1
			for s := key.attempted; s >= key.acked; s-- {
				want := key.body(name, s)
				if bytes.Equal(got.body, want) && (want == nil) == (got.status == http.StatusNotFound) {
					step = s
					break
				}
			}
			if step < 0 {
				t.Errorf("%q, kind %d: %d with %d bytes is no step from %d to %d", name, key.kind, got.status, len(got.body), key.acked, key.attempted)
				continue
			}
			key.acked, key.attempted = step, step // it is durable now, acknowledged or not
		}
	}
	h.checkConsistent()
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	return found
}

// checkConsistent holds records, blobs and files against one another: each blob
// has as many references as it counts, each file one owner, and there are no
// others.
func (h *harness) checkConsistent() {
	h.t.Helper()
	counted, referred := map[uint64]uint64{}, map[uint64]uint64{}
	owned, inUse, onDisk := map[uint64]int{}, map[uint64]int{}, map[uint64]int{}
	err := h.store.db.View(func(tx *bolt.Tx) error {
		err := tx.Bucket(rootBlobs).ForEach(func(k, v []byte) error {
			b, err := decodeBlob(v)
			if err != nil {
				return err
			}
			counted[binary.BigEndian.Uint64(k)] = b.refs
			for _, s := range b.segments {
				owned[s.file]++
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := tx.Bucket(rootFiles).ForEach(func(k, _ []byte) error { inUse[binary.BigEndian.Uint64(k)]++; return nil }); err != nil {
			return err
		}
		return tx.Bucket(rootBuckets).ForEachBucket(func(name []byte) error {
			return countReferences(tx.Bucket(rootBuckets).Bucket(name), referred, owned)
		})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(h.dir, "content"))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range entries {
		file, err := strconv.ParseUint(e.Name(), 16, 64)
		if err != nil {
			h.t.Error(err)
		}
		onDisk[file]++
	}
	if d := cmp.Diff(referred, counted); d != "" {
		h.t.Errorf("references of blobs (-referred +counted):\n%s", d)
	}
	if d := cmp.Diff(owned, inUse); d != "" {
		h.t.Errorf("files (-owned +in use):\n%s", d)
	}
	if d := cmp.Diff(inUse, onDisk); d != "" {
		h.t.Errorf("files (-in use +on disk):\n%s", d)
	}
}

func countReferences(b *bolt.Bucket, blobs map[uint64]uint64, files map[uint64]int) error {
	for _, inner := range [][]byte{inObjects, inVersions} {
		err := b.Bucket(inner).ForEach(func(_, v []byte) error {
			o, _, err := decodeListed(v)
			if err == nil && o.kind != kindMarker {
				blobs[o.blob]++
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return b.Bucket(inParts).ForEach(func(_, v []byte) error {
		p, err := decodePart(v)
		files[p.file]++
		return err
	})
}

// TestTornWrite cuts files as a loss of power can: the server opens and tells
// what is broken, or refuses to open, and never serves a part for the whole.
func TestTornWrite(t *testing.T) {
	h := newHarness(t)
	body := randomBytes(100_000)
	h.put("older", string(body))
	h.put("newest", string(body))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("content", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(h.dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(filepath.Join(dir, "content", "0000000000000002"), 50_000); err != nil {
			t.Fatal(err)
		}
		torn := &harness{t: t, dir: dir, hooks: &Hooks{}}
		torn.open()
		if got := torn.raw("GET", "/"+testBucket+"/newest", nil); got.status != 500 || got.code() != "InternalError" {
			t.Errorf("torn body: %d with %d bytes", got.status, len(got.body))
		}
		if !bytes.Equal(torn.get("older"), body) {
			t.Error("older object differs")
		}
	})
	info, err := os.Stat(filepath.Join(h.dir, "names.db"))
	if err != nil {
		t.Fatal(err)
	}
	for size := int64(0); size <= info.Size(); size += 4096 {
		t.Run(fmt.Sprint("database ", size), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(h.dir)); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(filepath.Join(dir, "names.db"), size); err != nil {
				t.Fatal(err)
			}
			checkTornDatabase(t, dir, body)
		})
	}
}

// checkTornDatabase accepts a refusal that leaves the content alone, and a
// server that has everything.
func checkTornDatabase(t *testing.T, dir string, body []byte) {
	s, err := Open(Options{Dir: dir, NoSync: true})
	if err != nil {
		entries, err := os.ReadDir(filepath.Join(dir, "content"))
		if err != nil || len(entries) != 2 {
			t.Errorf("%d content files left, %v", len(entries), err)
		}
		return
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	h := &harness{t: t, dir: dir, hooks: &Hooks{}}
	h.open()
	for _, key := range []string{"older", "newest"} {
		if !bytes.Equal(h.get(key), body) {
			t.Errorf("%s differs", key)
		}
	}
}
