package reconcile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	bolt "go.etcd.io/bbolt"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

// seeker makes a buffer a file that is written and then read from its start.
type seeker struct{ *bytes.Buffer }

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, errors.ErrUnsupported
	}
	return 0, nil
}

// indexed returns the rows of the index.
func (w *world) indexed() map[string]plan.Base {
	w.t.Helper()
	x, err := index.Open(w.stateFile(indexFile), true)
	if err != nil {
		w.t.Fatal(err)
	}
	defer x.Close()
	rows := map[string]plan.Base{}
	for row, err := range x.Rows() {
		if err != nil {
			w.t.Fatal(err)
		}
		rows[row.Path] = row
	}
	return rows
}

func (w *world) headersOf(path string) http.Header {
	w.t.Helper()
	head, err := w.other.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr(testPrefix + path)})
	if err != nil {
		w.t.Fatal(err)
	}
	return head.Headers
}

func TestC1_OneApplyAtATime(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w.now = func() time.Time { return since }
	first, err := w.session().Prepare(ctx, w.mapping(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var locked *LockedError
	_, err = w.session().Prepare(ctx, w.mapping(), nil)
	host, _ := os.Hostname()
	want := fmt.Sprintf("pid %d on %s since 2026-01-02 03:04:05 UTC", os.Getpid(), host)
	if !errors.As(err, &locked) || locked.Mapping != "site" || locked.Holder != want {
		t.Errorf("%v, want the holder %q", err, want)
	}
	// What another writer sees is not held up: a plan can be looked at.
	w.preview(nil)
	if _, err := first.Run(ctx, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	w.apply()
}

func TestLockWithoutWords(t *testing.T) {
	if got := readHolder(filepath.Join(t.TempDir(), "none")); got != "holder unknown" {
		t.Errorf("%q", got)
	}
}

// TestS7_DamagedIndex damages the index in several ways: applies go on, and
// delete less.
func TestS7_DamagedIndex(t *testing.T) {
	for name, damage := range map[string]func(file []byte) []byte{
		"no index at all": func([]byte) []byte { return []byte("not an index") },
		"empty":           func([]byte) []byte { return nil },
		"cut":             func(file []byte) []byte { return file[:len(file)/2] },
		"both meta pages": func(file []byte) []byte { clear(file[:2*os.Getpagesize()]); return file },
		"all but the meta pages": func(file []byte) []byte {
			for i := 2 * os.Getpagesize(); i < len(file); i++ {
				file[i] = 0xa5
			}
			return file
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := pushWorld(t, "prune: managed")
			w.write(map[string]string{"a": "a", "gone": "g"})
			w.apply()
			w.write(map[string]string{"gone": absent})
			path := w.stateFile(indexFile)
			file, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, damage(file), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if s := w.preview(nil); s.Deletes() != 0 {
				t.Errorf("D22: %+v", s)
			}
			if _, err := os.Lstat(path + ".damaged"); err == nil {
				t.Error("a preview moved the index")
			}
			w.apply()
			equal(t, "objects", map[string]string{"a": "a", "gone": "g"}, w.objects())
			if _, err := os.Lstat(path + ".damaged"); err != nil {
				t.Error(err)
			}
			if rows := w.indexed(); len(rows) != 1 || rows["a"].Owned {
				t.Errorf("%+v", rows)
			}
			w.settled()
		})
	}
}

// TestS7_DamageThatShowsLate has an index that opens well and has lost the pages
// of its rows.
func TestS7_DamageThatShowsLate(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	files := map[string]string{}
	for n := range 200 {
		files[fmt.Sprint("file", n)] = fmt.Sprint(n)
	}
	w.write(files)
	w.apply()
	w.write(map[string]string{"file7": absent})
	path := w.stateFile(indexFile)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const leaf, meta = 2, 2 // flag of a page, and elements of the root with its two buckets
	page := os.Getpagesize()
	for at := 2 * page; at < len(file); at += page {
		if binary.NativeEndian.Uint16(file[at+8:]) == leaf && binary.NativeEndian.Uint16(file[at+10:]) != meta {
			binary.NativeEndian.PutUint32(file[at+16+8:], 0) // the size of its first key
		}
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if x, err := index.Open(path, true); err != nil {
		t.Fatalf("the damage shows early: %v", err)
	} else if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if s := w.preview(nil); s.Deletes() != 0 || s.Unchanged != 199 {
		t.Errorf("%+v", s)
	}
	w.apply()
	if rows := w.indexed(); len(rows) != 199 {
		t.Errorf("%d rows", len(rows))
	}
	w.settled()
}

func TestS6_IndexOfANewerVersion(t *testing.T) {
	w := pushWorld(t, "")
	w.write(map[string]string{"a": "a"})
	w.apply()
	path := w.stateFile(indexFile)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The format is the byte after its key, in a page without checksum.
	newer := bytes.ReplaceAll(file, []byte("format\x01"), []byte("format\x09"))
	if err := os.WriteFile(path, newer, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.try(nil, nil); !errors.Is(err, index.ErrNewer) {
		t.Errorf("%v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, newer) {
		t.Errorf("the index was touched (%v)", err)
	}
}

func TestSetups(t *testing.T) {
	t.Run("D27 state folder inside the tree", func(t *testing.T) {
		w := pushWorld(t, "")
		w.state = filepath.Join(w.tree, "state")
		var setup *SetupError
		if _, err := w.try(nil, nil); !errors.As(err, &setup) || setup.Hint == "" || !strings.Contains(err.Error(), "inside the tree") {
			t.Errorf("%v", err)
		}
		if got := w.files(); len(got) != 0 {
			t.Errorf("made %q", got)
		}
	})
	t.Run("D27 state folder inside the tree by a link", func(t *testing.T) {
		w := pushWorld(t, "")
		if err := os.Mkdir(filepath.Join(w.tree, "state"), 0o700); err != nil {
			t.Fatal(err)
		}
		w.state = filepath.Join(w.dir, "link", "state")
		if err := os.Symlink(w.tree, filepath.Join(w.dir, "link")); err != nil {
			t.Fatal(err)
		}
		var setup *SetupError
		if _, err := w.try(nil, nil); !errors.As(err, &setup) {
			t.Errorf("%v", err)
		}
	})
	t.Run("excluded state folder inside the tree", func(t *testing.T) {
		w := pushWorld(t, "exclude: [state/]")
		w.state = filepath.Join(w.tree, "state")
		w.write(map[string]string{"a": "a"})
		w.apply()
		equal(t, "objects", map[string]string{"a": "a"}, w.objects())
	})
	t.Run("D9 missing source", func(t *testing.T) {
		w := pushWorld(t, "prune: all")
		w.put(map[string]string{"a": "a"})
		if err := os.Remove(w.tree); err != nil {
			t.Fatal(err)
		}
		var guard *plan.GuardError
		if _, err := w.try(nil, nil); !errors.As(err, &guard) || guard.Trips[0].Guard != "missing-source" {
			t.Errorf("%v", err)
		}
		equal(t, "objects", map[string]string{"a": "a"}, w.objects())
	})
	t.Run("D9 empty source", func(t *testing.T) {
		w := pushWorld(t, "prune: all")
		w.put(map[string]string{"a": "a"})
		w.preview(func(p *Plan) {
			var guard *plan.GuardError
			if err := p.Guard(plan.Allowances{}); !errors.As(err, &guard) || guard.Trips[0].Guard != "empty-source" {
				t.Errorf("%v", err)
			}
			if err := p.Guard(plan.Allowances{EmptySource: true}); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("D9 source that is a file", func(t *testing.T) {
		w := pushWorld(t, "")
		if err := errors.Join(os.Remove(w.tree), os.WriteFile(w.tree, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		var guard *plan.GuardError
		if _, err := w.try(nil, nil); !errors.As(err, &guard) || guard.Trips[0].Guard != "missing-source" {
			t.Errorf("%v", err)
		}
	})
	t.Run("root of a pull that is a file", func(t *testing.T) {
		w := pullWorld(t, "")
		if err := errors.Join(os.Remove(w.tree), os.WriteFile(w.tree, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		var setup *SetupError
		if _, err := w.try(nil, nil); !errors.As(err, &setup) || !strings.Contains(err.Error(), "is no folder") {
			t.Errorf("%v", err)
		}
	})
}

// S7: damage that only shows when a row is written ends the run, and that run
// alone.
func TestS7_DamageThatOnlyWritingShows(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{"a": "a", "b": "b"})
	w.apply()
	db, err := bolt.Open(w.stateFile(indexFile), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(func(tx *bolt.Tx) error {
		rows := tx.Bucket([]byte("rows"))
		_, err := rows.CreateBucket([]byte("c"))
		return err
	}), db.Close()); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"c": "c"})
	if _, err := w.try(nil, nil); !errors.Is(err, index.ErrDamaged) {
		t.Fatalf("%v", err)
	}
	w.apply()
	w.settled()
	equal(t, "objects", map[string]string{"a": "a", "b": "b", "c": "c"}, w.objects())
}
