package index_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	bolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

func create(t testing.TB, path string) *index.Index {
	t.Helper()
	x, err := index.Create(path, "here")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// row is a row that differs from those of other paths in every respect.
func row(path string) *plan.Base {
	n := int64(len(path)) + int64(path[len(path)-1])
	return &plan.Base{
		Path:   path,
		Local:  plan.Stat{Size: n, MtimeNs: n * 7, CtimeNs: n * 11, Inode: uint64(n)},
		Remote: plan.Version{Size: n, ETag: "ETAG-" + path, Modified: time.Unix(1_700_000_000+n, 0).UTC()},
		Sums:   plan.Sums{MD5: "MD5-" + path, CRC64: fmt.Sprint(n)}, Headers: "digest", Owned: n%2 == 0, Racy: n%3 == 0, Mount: n%5 == 0,
	}
}

func write(t testing.TB, x *index.Index, paths ...string) {
	t.Helper()
	var changes []index.Change
	for _, p := range paths {
		changes = append(changes, index.Change{Path: p, Row: row(p)})
	}
	if err := x.Write(changes); err != nil {
		t.Fatal(err)
	}
}

// read returns the paths of the rows that can be read, and the error at the end.
func read(x *index.Index) (paths []string, err error) {
	for row, err := range x.Rows() {
		if err != nil {
			return paths, err
		}
		paths = append(paths, row.Path)
	}
	return paths, nil
}

func wantPaths(t *testing.T, x *index.Index, want ...string) {
	t.Helper()
	got, err := read(x)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestRowsComeBackInByteOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	paths := []string{"a/b", "a-b", "a", "a/b/c", "\xff", "é", "a b", "a/", "B", "z"}
	x, err := index.Create(path, "here")
	if err != nil {
		t.Fatal(err)
	}
	write(t, x, paths...)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}

	x, err = index.Open(path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	slices.Sort(paths)
	var got, want []plan.Base
	for r, err := range x.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	for _, p := range paths {
		want = append(want, *row(p))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-written +read):\n%s", diff)
	}
}

// TestAgainstMap compares an index with a map over random histories of writes,
// removals and reopenings.
func TestAgainstMap(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n, ".db"))
		x, err := index.Create(path, "here")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { x.Close() }()
		model := map[string]plan.Base{}
		for range rapid.IntRange(1, 4).Draw(t, "writes") {
			var changes []index.Change
			for range rapid.IntRange(0, 6).Draw(t, "changes") {
				p := rapid.StringMatching(`[a-c/-]{1,4}`).Draw(t, "path")
				if rapid.Bool().Draw(t, "remove") {
					changes = append(changes, index.Change{Path: p})
					delete(model, p)
					continue
				}
				r := row(p)
				r.Local.Size = rapid.Int64().Draw(t, "size")
				changes = append(changes, index.Change{Path: p, Row: r})
				model[p] = *r
			}
			if err := x.Write(changes); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "reopen") {
				if err := x.Close(); err != nil {
					t.Fatal(err)
				}
				if x, err = index.Open(path, false); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := map[string]plan.Base{}
		for r, err := range x.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			got[r.Path] = r
		}
		if diff := cmp.Diff(model, got); diff != "" {
			t.Fatalf("rows (-model +index):\n%s", diff)
		}
	})
}

func TestRowsCanBeLeftAtAnyTime(t *testing.T) {
	x := create(t, filepath.Join(t.TempDir(), "index.db"))
	write(t, x, "a", "b", "c")
	for range x.Rows() {
		break
	}
	func() {
		defer func() {
			if r := recover(); r != "mine" {
				t.Errorf("the consumer's panic arrived as %v", r)
			}
		}()
		for range x.Rows() {
			panic("mine")
		}
	}()
	write(t, x, "d") // would wait for a transaction left open
	wantPaths(t, x, "a", "b", "c", "d")
}

func TestWriteIsAllOrNothing(t *testing.T) {
	x := create(t, filepath.Join(t.TempDir(), "index.db"))
	write(t, x, "a", "b")
	err := x.Write([]index.Change{{Path: "a"}, {Path: "c", Row: row("c")}, {Path: "", Row: row("d")}})
	if err == nil {
		t.Fatal("a row without path was written")
	}
	wantPaths(t, x, "a", "b")
}

func TestNilIsAnIndexWithoutRows(t *testing.T) {
	for name, x := range map[string]*index.Index{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			wantPaths(t, x)
			if lineage, serial, err := x.Identity(); lineage != "" || serial != 0 || err != nil {
				t.Errorf("identity %q, %d, %v", lineage, serial, err)
			}
			if err := x.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBeginCountsApplies(t *testing.T) {
	dir := t.TempDir()
	x := create(t, filepath.Join(dir, "index.db"))
	lineage, serial, err := x.Identity()
	if err != nil || len(lineage) < 16 || serial != 0 {
		t.Fatalf("a new index has identity %q, %d, %v", lineage, serial, err)
	}
	for want := uint64(1); want <= 3; want++ {
		if err := x.Begin(); err != nil {
			t.Fatal(err)
		}
		same, serial, err := x.Identity()
		if err != nil || same != lineage || serial != want {
			t.Fatalf("after %d applies: %q, %d, %v", want, same, serial, err)
		}
	}
	other, _, _ := create(t, filepath.Join(dir, "other.db")).Identity()
	if other == lineage {
		t.Error("two indexes have one lineage")
	}
}

func TestOpenOfNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	for _, readOnly := range []bool{false, true} {
		if _, err := index.Open(path, readOnly); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("read-only %v: %v", readOnly, err)
		}
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looking made a file: %v", err)
	}
}

func TestReadOnlyWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	create(t, path).Close()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(path, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Begin(); err == nil {
		t.Error("a read-only index began an apply")
	}
	if err := x.Write([]index.Change{{Path: "a", Row: row("a")}}); err == nil {
		t.Error("a read-only index was written")
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the file changed (%v)", err)
	}
}

func TestS5_CreationIsWholeOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "index.db")
	// What a crash within an earlier creation left.
	if err := os.WriteFile(path+".new", []byte("half an ind"), 0o600); err != nil {
		t.Fatal(err)
	}
	x := create(t, path)
	write(t, x, "a")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("besides the index there is %v (%v)", entries, err)
	}
	if info, _ := entries[0].Info(); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	x := create(t, path)
	write(t, x, "a")
	lineage, _, _ := x.Identity()
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x, err := index.Create(path, "elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	wantPaths(t, x, "a")
	if again, _, _ := x.Identity(); again != lineage {
		t.Error("the lineage changed")
	}
	if origin, err := x.Origin(); err != nil || origin != "here" {
		t.Errorf("origin %q, %v", origin, err)
	}
}

func TestCreateWithoutFolder(t *testing.T) {
	if _, err := index.Create(filepath.Join(t.TempDir(), "none", "index.db"), "here"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// edit changes the database behind the index.
func edit(t *testing.T, path string, change func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestS6_OtherFormats(t *testing.T) {
	meta := func(key, value string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte(key), []byte(value)) }
	}
	without := func(bucket string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte(bucket)) }
	}
	newer := func(tx *bolt.Tx) error {
		// A format to come need not have anything else of ours.
		return errors.Join(meta("format", "\x02")(tx), meta("serial", "many")(tx), without("rows")(tx))
	}
	for name, c := range map[string]struct {
		change func(*bolt.Tx) error
		want   error
	}{
		"a newer format":       {newer, index.ErrNewer},
		"a long format":        {meta("format", "\x01\x00"), index.ErrNewer},
		"no format":            {meta("format", ""), index.ErrDamaged},
		"no lineage":           {meta("lineage", ""), index.ErrDamaged},
		"a serial of one byte": {meta("serial", "1"), index.ErrDamaged},
		"no rows":              {without("rows"), index.ErrDamaged},
		"no meta":              {without("meta"), index.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.db")
			create(t, path).Close()
			edit(t, path, c.change)
			for _, readOnly := range []bool{true, false} {
				if _, err := index.Open(path, readOnly); !errors.Is(err, c.want) {
					t.Errorf("read-only %v: %v, want %v", readOnly, err, c.want)
				}
			}
			if _, err := index.Create(path, "here"); !errors.Is(err, c.want) {
				t.Errorf("create: %v, want %v", err, c.want)
			}
		})
	}
}
