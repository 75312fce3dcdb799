package index_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

// image is the file of an index with so many rows, and the rows.
func image(t *testing.T, n int) ([]byte, map[string]plan.Base) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.db")
	x, err := index.Create(path, "here")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]plan.Base{}
	var paths []string
	for i := range n {
		p := fmt.Sprintf("dir%02d/file%05d", i%7, i)
		paths, rows[p] = append(paths, p), *row(p)
	}
	write(t, x, paths...)
	if err := errors.Join(x.Begin(), x.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file, rows
}

// exercise uses a damaged file in every way and asserts what holds whatever the
// damage: no panic, rows in order and true, and no error but of the known kinds.
func exercise(t *testing.T, path string, rows map[string]plan.Base) (n int, damaged bool) {
	t.Helper()
	x, err := index.Open(path, false)
	if err != nil {
		if !errors.Is(err, index.ErrDamaged) && !errors.Is(err, index.ErrNewer) {
			t.Errorf("open: %v", err)
		}
		return 0, true
	}
	last := ""
	for row, err := range x.Rows() {
		if err != nil {
			if !errors.Is(err, index.ErrDamaged) {
				t.Errorf("rows: %v", err)
			}
			damaged = true
			break
		}
		if row.Path <= last {
			t.Errorf("%q after %q", row.Path, last)
		}
		last = row.Path
		n++
		if diff := cmp.Diff(rows[row.Path], row); diff != "" {
			t.Errorf("an untrue row (-written +read):\n%s", diff)
		}
	}
	for range x.Paths() { // ends
	}
	_, _, err = x.Identity()
	for _, err := range []error{err, x.Begin(), x.Write([]index.Change{{Path: "new", Row: row("new")}, {Path: "dir00/file00000"}})} {
		damaged = damaged || err != nil
	}
	x.Close()
	return n, damaged
}

func TestS7_OverwrittenBytes(t *testing.T) {
	file, rows := image(t, 200)
	path := filepath.Join(t.TempDir(), "index.db")
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	for range 80 {
		broken := bytes.Clone(file)
		at := random.IntN(len(broken))
		if random.IntN(2) == 0 { // half of them where the structure is
			at = at/os.Getpagesize()*os.Getpagesize() + random.IntN(64)
		}
		switch random.IntN(3) {
		case 0:
			broken[at] ^= 1 << random.IntN(8)
		case 1:
			for i := at; i < min(at+16, len(broken)); i++ {
				broken[i] = byte(random.Uint32())
			}
		default: // a block that never reached the disk
			at = at / 512 * 512
			clear(broken[at:min(at+512, len(broken))])
		}
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		exercise(t, path, rows)
		if t.Failed() {
			t.Fatalf("damage at byte %d of %d", at, len(file))
		}
	}
}

// A page whose header claims others is found before bbolt frees them all, one by one,
// in memory and in its list of free pages.
func TestS7_PageThatClaimsOthers(t *testing.T) {
	file, rows := image(t, 200)
	path := filepath.Join(t.TempDir(), "index.db")
	found := 0
	for at := 0; at < len(file); at += os.Getpagesize() {
		broken := bytes.Clone(file)
		binary.NativeEndian.PutUint32(broken[at+12:], 1<<20)
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		x, opening := index.Open(path, true)
		x.Close()
		n, damaged := exercise(t, path, rows)
		if damaged {
			found++
			if !errors.Is(opening, index.ErrDamaged) {
				t.Errorf("page %d: opened as if whole (%v)", at/os.Getpagesize(), opening)
			}
		} else if n != len(rows) {
			t.Errorf("page %d: %d of %d rows, and nobody noticed", at/os.Getpagesize(), n, len(rows))
		}
	}
	if found < 3 { // rows and the list of free pages at the least
		t.Errorf("found in %d pages", found)
	}
}

func TestS7_TruncatedFile(t *testing.T) {
	file, rows := image(t, 200)
	path := filepath.Join(t.TempDir(), "index.db")
	for size := 0; size < len(file); size += os.Getpagesize() - 512 {
		if err := os.WriteFile(path, file[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		// Free pages may be cut off without harm.
		if n, damaged := exercise(t, path, rows); !damaged && n != len(rows) {
			t.Errorf("%d of %d bytes: %d of %d rows, and nobody noticed", size, len(file), n, len(rows))
		}
	}
}

func TestS7_NoIndexAtAll(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "text": "not a database", "long text": strings.Repeat("not a database\n", 5000), "zeros": string(make([]byte, 1<<16)),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.db")
			for _, readOnly := range []bool{true, false} {
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := index.Open(path, readOnly); !errors.Is(err, index.ErrDamaged) {
					t.Errorf("read-only %v: %v", readOnly, err)
				}
			}
		})
	}
}

// TestFileThatIsNoFile meets trouble that says nothing of an index: it must not
// be taken for damage, since a damaged index is moved aside.
func TestFileThatIsNoFile(t *testing.T) {
	if _, err := index.Open(t.TempDir(), false); err == nil || errors.Is(err, index.ErrDamaged) {
		t.Errorf("a folder: %v", err)
	}
}

// TestFileThatShrinksWhileItIsRead takes the pages away from under the mapping:
// touching them raises SIGBUS.
func TestFileThatShrinksWhileItIsRead(t *testing.T) {
	file, _ := image(t, 5000)
	path := filepath.Join(t.TempDir(), "index.db")
	for _, left := range []int64{0, int64(os.Getpagesize()), int64(len(file)) / 2} {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := index.Open(path, true)
		if err != nil {
			t.Fatal(err)
		}
		var end error
		n := 0
		for _, err := range x.Rows() {
			if end = err; err != nil {
				break
			}
			if n++; n == 10 {
				if err := os.Truncate(path, left); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !errors.Is(end, index.ErrDamaged) {
			t.Errorf("%d bytes left: %d rows and then %v", left, n, end)
		}
		_, end = read(x)
		if !errors.Is(end, index.ErrDamaged) {
			t.Errorf("%d bytes left, once more: %v", left, end)
		}
		x.Close() // must not wait for ever
	}
}

// A branch page of bbolt: flag, and where its elements name their children.
const (
	branch    = 1
	flagsAt   = 8
	childAt   = 16 + 8
	childStep = 16
)

// TestBranchPages damages what holds the pages of rows together.
func TestBranchPages(t *testing.T) {
	file, rows := image(t, 500)
	path := filepath.Join(t.TempDir(), "index.db")
	page := os.Getpagesize()
	children := func(file []byte, at int) (first, second []byte) {
		return file[at+childAt:][:8], file[at+childAt+childStep:][:8]
	}
	for name, damage := range map[string]func(file []byte, at int){
		// bbolt alone would follow it for ever.
		"a page that leads to itself": func(file []byte, at int) {
			_, second := children(file, at)
			binary.NativeEndian.PutUint64(second, uint64(at/page))
		},
		"two pages that changed places": func(file []byte, at int) {
			first, second := children(file, at)
			for i := range first {
				first[i], second[i] = second[i], first[i]
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			branches := 0
			for at := 2 * page; at < len(file); at += page {
				if binary.NativeEndian.Uint16(file[at+flagsAt:]) != branch {
					continue
				}
				branches++
				broken := bytes.Clone(file)
				damage(broken, at)
				if err := os.WriteFile(path, broken, 0o600); err != nil {
					t.Fatal(err)
				}
				exercise(t, path, rows)
			}
			if branches == 0 {
				t.Fatal("the file has no branch page")
			}
		})
	}
}
