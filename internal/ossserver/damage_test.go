package ossserver

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
)

const dbPage = 4096

// filledFolder returns a folder with a database of many kinds of pages, branches
// and overflow among them, and the bodies of some of its objects.
func filledFolder(t *testing.T) (dir string, bodies map[string][]byte) {
	h := newHarness(t)
	bodies = make(map[string][]byte)
	for i := range 48 {
		h.put(fmt.Sprintf("%0900d", i), "x")
	}
	for _, size := range []int{0, 100, inlineLimit, inlineLimit + 1} {
		key := fmt.Sprint("size-", size)
		bodies[key] = randomBytes(size)
		h.put(key, string(bodies[key]))
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return h.dir, bodies
}

// TestDamagedPages: whichever page is damaged, the server does not open, with an
// error that says so and all content still there; or it opens and serves what is
// undamaged. It never panics, nor hangs.
func TestDamagedPages(t *testing.T) {
	from, bodies := filledFolder(t)
	whole, err := os.ReadFile(filepath.Join(from, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	damages := map[string]func(page []byte){
		"zero":     func(page []byte) { clear(page) },
		"ones":     func(page []byte) { copy(page[16:], bytes.Repeat([]byte{0xFF}, dbPage)) },
		"half":     func(page []byte) { clear(page[dbPage/2:]) },
		"count":    func(page []byte) { page[10], page[11] = 0xFF, 0x7F },
		"overflow": func(page []byte) { page[13] = 0x7F },
		"elements": func(page []byte) { page[16+4]++; page[16+8] ^= 0x0F },
		"next":     func(page []byte) { copy(page, whole[:dbPage]) },
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for name, damage := range damages {
		for at := 2 * dbPage; at+dbPage <= len(whole); at += dbPage {
			if len(bytes.Trim(whole[at:at+dbPage], "\x00")) == 0 {
				continue
			}
			db := bytes.Clone(whole)
			damage(db[at : at+dbPage])
			if err := os.WriteFile(filepath.Join(dir, databaseName), db, 0o600); err != nil {
				t.Fatal(err)
			}
			if !openDamaged(t, fmt.Sprintf("%s in page %d", name, at/dbPage), dir, bodies) {
				refused++
			}
		}
	}
	if refused == 0 {
		t.Error("no damage was found")
	}
	if err := os.WriteFile(filepath.Join(dir, databaseName), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if !openDamaged(t, "no damage", dir, bodies) {
		t.Error("whole database refused")
	}
}

// openDamaged reports whether the server opens.
func openDamaged(t *testing.T, what, dir string, bodies map[string][]byte) bool {
	t.Helper()
	before := countFiles(t, dir)
	s, err := Open(Options{Dir: dir, NoSync: true})
	if err != nil {
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), databaseName) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", what, err)
		}
		if n := countFiles(t, dir); n != before {
			t.Errorf("%s: %d content files of %d", what, n, before)
		}
		return false
	}
	for key, body := range bodies {
		o, r, err := s.store.openObject(target{bucket: testBucket, key: key})
		if err != nil {
			continue
		}
		if err := r.check(0, o.size); err == nil && o.size != int64(len(body)) {
			t.Errorf("%s: %s: %d bytes of %d", what, key, o.size, len(body))
		}
		r.close()
	}
	s.CreateBucket("another")
	if err := s.Close(); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	return true
}

func countFiles(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "content"))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestDamagedBytes: the same for bytes anywhere behind the meta pages.
func TestDamagedBytes(t *testing.T) {
	from, _ := filledFolder(t)
	whole, err := os.ReadFile(filepath.Join(from, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	used := len(bytes.TrimRight(whole, "\x00"))
	for range 150 {
		db, what := bytes.Clone(whole), ""
		for range 1 + rng.IntN(4) {
			at := 2*dbPage + rng.IntN(used/dbPage-2)*dbPage + min(rng.IntN(dbPage), rng.IntN(dbPage), rng.IntN(dbPage))
			db[at] = byte(rng.Uint32())
			what += fmt.Sprintf("%d at %d in page %d, ", db[at], at%dbPage, at/dbPage)
		}
		if err := os.WriteFile(filepath.Join(dir, databaseName), db, 0o600); err != nil {
			t.Fatal(err)
		}
		openDamaged(t, what, dir, nil)
	}
}

// TestDamagedNewestState: without the newest meta page the database is that before
// the last change. What came with that is set aside, and stays there.
func TestDamagedNewestState(t *testing.T) {
	h := newHarness(t)
	old, body := randomBytes(20_000), randomBytes(30_000)
	h.put("old", string(old))
	h.put("newest", string(body))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	damageNewestMeta(t, filepath.Join(h.dir, databaseName))
	var log bytes.Buffer
	for range 2 {
		h.open(logTo(&log))
		if !bytes.Equal(h.get("old"), old) {
			t.Error("older object differs")
		}
		h.put("more", string(randomBytes(40_000)))
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	aside, err := filepath.Glob(filepath.Join(h.dir, "aside-*", "*"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %q, %v", aside, err)
	}
	if got, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(got, body) {
		t.Errorf("set aside: %d bytes, %v", len(got), err)
	}
	if n := strings.Count(log.String(), filepath.Dir(aside[0])); n != 1 {
		t.Errorf("%d records of it: %s", n, log.String())
	}
}

// damageNewestMeta flips a byte in the meta page that counts.
func damageNewestMeta(t *testing.T, path string) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	newest := int64(0)
	err = db.View(func(tx *bolt.Tx) error { newest = int64(tx.ID() % 2); return nil })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte{0xA5}, newest*dbPage+40)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestCutShortWhileServing: somebody cuts the database of a running server. No
// request is answered as if nothing had been, and the server ends as it should.
func TestCutShortWhileServing(t *testing.T) {
	h := newHarness(t)
	h.put("k", "body")
	if err := os.Truncate(filepath.Join(h.dir, databaseName), 0); err != nil {
		t.Skip(err) // a system that does not let files in use be cut
	}
	for range 2 {
		if got := h.raw("GET", "/"+testBucket+"/k", nil); got.status != 500 {
			t.Errorf("GET: %d %s", got.status, got.code())
		}
		if got := h.raw("PUT", "/"+testBucket+"/k", []byte("other")); got.status < 500 {
			t.Errorf("PUT: %d %s", got.status, got.code())
		}
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// TestMakeFolder: each folder that is made is durable where it is named.
func TestMakeFolder(t *testing.T) {
	root := t.TempDir()
	for _, row := range []struct {
		path    string
		durable bool
		want    []string
	}{
		{"a", true, []string{"."}},
		{"a", true, nil},
		{"a/b/c", true, []string{"a/b", "a"}},
		{"x/y", false, nil},
		{"x/y/z/", true, []string{"x/y"}},
	} {
		var synced []string
		err := makeFolder(filepath.Join(root, row.path), row.durable, func(dir string) error {
			rel, err := filepath.Rel(root, dir)
			synced = append(synced, filepath.ToSlash(rel))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(row.want, synced); d != "" {
			t.Errorf("%s (-want +got):\n%s", row.path, d)
		}
		if info, err := os.Stat(filepath.Join(root, row.path)); err != nil || !info.IsDir() {
			t.Errorf("%s: %v, %v", row.path, info, err)
		}
	}
	broken := errors.New("broken")
	if err := makeFolder(filepath.Join(root, "new"), true, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("sync fails: %v", err)
	}
}
