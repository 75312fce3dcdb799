package resumable

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestFileStoreAppends(t *testing.T) {
	s, err := NewFileStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key := storeKey("", "b", "k", "", "/f")
	if err := s.Append(key, []byte("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("to nothing: %v", err)
	}
	if entries, _ := os.ReadDir(s.dir); len(entries) != 0 {
		t.Errorf("a failed Append leaves %v", entries)
	}
	if err := s.Append("../"+key, []byte("x")); !errors.Is(err, ErrInvalid) {
		t.Errorf("to an impossible key: %v", err)
	}
	synced := 0
	if err := s.Put(key, []byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	s.sync = func(*os.File) error { synced++; return nil }
	want := "{}\n"
	for _, text := range []string{"1\n", "\x00\x00\n", "torn"} {
		want += text
		if err := s.Append(key, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(key); string(got) != want || err != nil {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	if fi, err := os.Stat(filepath.Join(s.dir, key)); err != nil || synced != 0 || runtime.GOOS != "windows" && fi.Mode() != 0o600 {
		t.Errorf("%d syncs, file %v, %v", synced, fi, err)
	}
	if err := s.Put(key, []byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(key); string(got) != "{}\n" || err != nil {
		t.Errorf("put anew: %q, %v", got, err)
	}
	os.Remove(filepath.Join(s.dir, key))
	os.Mkdir(filepath.Join(s.dir, key), 0o700)
	if err := s.Append(key, []byte("x")); err == nil {
		t.Error("appended to a directory")
	}
}

// A record is listed and understood whatever of the lines after it survived.
func TestRecordsWithLines(t *testing.T) {
	s, err := NewFileStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := half(t)
	key, put := r.store.only(t)
	line := linesOf(checksum(put), rangeState{4, 1})
	for n := range len(line) + 1 {
		if err := errors.Join(s.Put(key, put), s.Append(key, line[:n])); err != nil {
			t.Fatal(err)
		}
		listed := 0
		for rec, err := range s.Records() {
			if listed++; err != nil || rec.TempFile != r.temps(t)[0] || rec.File != r.out() {
				t.Errorf("%d bytes of a line: %+v, %v", n, rec, err)
			}
		}
		rec, err := decodeDownload(append(put[:len(put):len(put)], line[:n]...), binding{
			Version: recordVersion, Op: OpDownload, Bucket: "bkt", Key: "dir/key.bin", File: r.out(),
		})
		if want := 3 + n/len(line); err != nil || len(rec.Done) != want || listed != 1 {
			t.Errorf("%d bytes of a line: %d ranges, %d listed, %v", n, len(rec.Done), listed, err)
		}
	}
	newer, err := seal(map[string]any{"version": recordVersion + 1, "op_type": OpDownload})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Put(key, newer), s.Append(key, []byte("of a later kind\n"))); err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Records() {
		if !errors.Is(err, ErrNewer) {
			t.Errorf("of a later version: %v", err)
		}
	}
	if got, err := s.Get(key); err != nil || !isNewer(got) {
		t.Errorf("of a later version: %q, %v", got, err)
	}
}

// Without Append the same is kept, in records put anew.
func TestDL10_StoreThatCannotAppend(t *testing.T) {
	r := remoteRig(t, noise(1, 4*kib+9))
	plain := func(o *DownloadOptions) { o.Store = putOnly{r.store} }
	r.inject(failRange("3072"))
	if _, err := r.download(t, plain); err == nil {
		t.Fatal("no error")
	}
	r.inject(nil)
	if res := r.mustDownload(t, plain); res.RangesKept != 3 || res.RangesFetched != 2 || r.store.appends != 0 {
		t.Errorf("%+v, %d lines", res, r.store.appends)
	}
}

// The process dies at every range that it appends, right before or after that, again
// and again. What it had fetched is not fetched again, but for a range a worker.
func TestS1_DL10_KilledAfterEachRange(t *testing.T) {
	const count = 20
	for _, workers := range []int{1, 2, 4} {
		for _, after := range []bool{false, true} {
			for lives := 2; lives <= 5; lives++ { // ranges that a process lives for
				t.Run(fmt.Sprintf("%d workers after=%t ranges=%d", workers, after, lives), func(t *testing.T) {
					r := remoteRig(t, noise(1, count*kib))
					fetched, kills := r.liveFor(t, lives, after, workers), 0
					for ; r.store.len() > 0; kills++ {
						if kills > 2*count {
							t.Fatal("never ends")
						}
						if _, err := os.Stat(r.out()); err == nil { // it died when all was done
							break
						}
						fetched += r.liveFor(t, lives, after, workers)
					}
					if fetched > int64(count+workers*kills) || kills < count/lives/2 {
						t.Errorf("%d ranges of %d fetched over %d kills", fetched, count, kills)
					}
					if got, err := os.ReadFile(r.out()); err != nil || !bytes.Equal(got, r.object("dir/key.bin").data) {
						t.Errorf("file differs from object (%v)", err)
					}
				})
			}
		}
	}
}

// liveFor downloads until so many ranges are appended, and then neither store nor
// service hears of it any more. It tells how many ranges it began to fetch.
func (r *rig) liveFor(t *testing.T, lives int, after bool, workers int) (fetched int64) {
	t.Helper()
	var dead atomic.Bool
	var begun atomic.Int64
	appended := 0
	r.store.hook = func(call string) error {
		if dead.Load() {
			return errDied
		}
		if call != "append" {
			return nil
		}
		if appended++; appended == lives {
			dead.Store(true)
			if !after {
				return errDied
			}
		}
		return nil
	}
	r.inject(func(_ int, c call) *fault {
		if dead.Load() {
			return &fault{hangUp: true}
		}
		if c.op == "GET" {
			begun.Add(1)
		}
		return nil
	})
	_, err := r.download(t, func(o *DownloadOptions) { o.Parts = workers })
	r.inject(nil)
	r.store.hook = nil
	if err != nil && !dead.Load() {
		t.Fatal(err)
	}
	return begun.Load()
}
