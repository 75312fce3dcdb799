package resumable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// interrupt leaves an upload with exactly the given parts stored.
func (r *rig) interrupt(t testing.TB, parts ...int) {
	t.Helper()
	r.inject(func(_ int, c call) *fault {
		if c.op == "COMPLETE" {
			return &fault{status: 403, code: "AccessDenied"}
		}
		return nil
	})
	if _, err := r.upload(t); err == nil {
		t.Fatal("no error")
	}
	r.inject(nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, up := range r.pending {
		for n := range up.parts {
			if !contains(parts, n) {
				delete(up.parts, n)
			}
		}
	}
	r.log = nil
}

func contains(set []int, n int) bool {
	for _, m := range set {
		if m == n {
			return true
		}
	}
	return false
}

func TestM6_UP15_OnlyMissingPartsAreSent(t *testing.T) {
	for _, tt := range []struct {
		name string
		have []int
		want []string
	}{
		{"none: EDGE-7 before the first part", nil, []string{"LIST", "PART1", "PART2", "PART3", "PART4", "PART5", "COMPLETE"}},
		{"first two", []int{1, 2}, []string{"LIST", "PART3", "PART4", "PART5", "COMPLETE"}},
		{"a gap", []int{1, 4}, []string{"LIST", "PART2", "PART3", "PART5", "COMPLETE"}},
		{"one in the middle", []int{4}, []string{"LIST", "PART1", "PART2", "PART3", "PART5", "COMPLETE"}},
		{"short last part", []int{5}, []string{"LIST", "PART1", "PART2", "PART3", "PART4", "COMPLETE"}},
		{"UP-17 all", []int{1, 2, 3, 4, 5}, []string{"LIST", "COMPLETE"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, noise(4, 4*kib+9))
			r.interrupt(t, tt.have...)
			res := r.mustUpload(t)
			if diff := cmp.Diff(tt.want, r.ops()); diff != "" {
				t.Error(diff)
			}
			if res.PartsKept != len(tt.have) || res.PartsSent != 5-len(tt.have) {
				t.Errorf("%d kept, %d sent", res.PartsKept, res.PartsSent)
			}
		})
	}
}

func TestM6_UP16_StoredPartMustEqualTheFile(t *testing.T) {
	for _, noCRC := range []bool{false, true} {
		for _, tt := range []struct {
			name  string
			spoil func(parts map[int]*stored)
			want  int // parts kept of 5
		}{
			{"untouched", func(map[int]*stored) {}, 5},
			{"other bytes", func(p map[int]*stored) {
				p[2] = &stored{data: noise(9, kib), etag: digestOf(noise(9, kib)).etag(), noCRC: noCRC}
			}, 4},
			{"other size", func(p map[int]*stored) {
				d := p[2].data[:kib-1]
				p[2] = &stored{data: d, etag: digestOf(d).etag(), noCRC: noCRC}
			}, 4},
			{"number beyond the plan", func(p map[int]*stored) { p[6] = p[1] }, 5},
		} {
			t.Run(fmt.Sprintf("UP-16 UP-24 %s noCRC=%t", tt.name, noCRC), func(t *testing.T) {
				r := newRig(t, noise(4, 4*kib+9))
				r.noCRC = noCRC
				r.interrupt(t, 1, 2, 3, 4, 5)
				tt.spoil(r.pending["U1"].parts)
				if res := r.mustUpload(t); res.PartsKept != tt.want {
					t.Errorf("%d parts kept, want %d", res.PartsKept, tt.want)
				}
			})
		}
	}
}

// A file edited in place, with size and times put back, must not be mixed
// with what was sent before.
func TestP2_UP16_EditKeepingSizeAndTime(t *testing.T) {
	r := newRig(t, noise(4, 5*kib))
	r.interrupt(t, 1, 2, 3)
	key, data := r.store.only(t)
	content := noise(4, 5*kib)
	content[10] ^= 1
	r.write(t, content)
	fi, err := os.Stat(r.file)
	if err != nil {
		t.Fatal(err)
	}
	var rec uploadRecord
	if err := json.Unmarshal(data, &rec); err != nil {
		t.Fatal(err)
	}
	rec.Fingerprint = FingerprintOf(fi) // as if the stat had not changed
	if r.store.records[key], err = seal(rec); err != nil {
		t.Fatal(err)
	}
	if res := r.mustUpload(t); res.PartsKept != 2 {
		t.Errorf("%d parts kept, want 2", res.PartsKept)
	}
}

func TestUP8_Record(t *testing.T) {
	r := newRig(t, noise(4, 3*kib))
	r.inject(failPart(1))
	if _, err := r.upload(t, func(o *UploadOptions) { o.Scope = "oss-cn-hangzhou" }); err == nil {
		t.Fatal("no error")
	}
	if r.store.puts != 1 {
		t.Errorf("UP-10: record written %d times, want once", r.store.puts)
	}
	key, data := r.store.only(t)
	var rec map[string]any
	if err := json.Unmarshal(data, &rec); err != nil {
		t.Fatal(err)
	}
	for _, dynamic := range []string{"crc32c", "mtime", "ctime", "inode", "token", "headers_md5"} {
		if rec[dynamic] == nil {
			t.Errorf("no %s", dynamic)
		}
		delete(rec, dynamic)
	}
	want := map[string]any{
		"version": 1.0, "op_type": "ResumableUpload", "scope": "oss-cn-hangzhou", "bucket": "bkt", "key": "dir/key.bin",
		"file_path": r.file, "upload_id": "U1", "size": 3.0 * kib, "part_size": 1.0 * kib,
	}
	if diff := cmp.Diff(want, rec); diff != "" {
		t.Errorf("UP-8 UP-9: %s", diff)
	}
	if key != storeKey("oss-cn-hangzhou", "bkt", "dir/key.bin", "", r.file) {
		t.Errorf("ST-8: key %q", key)
	}
}

func TestUP11_3_FileChangedBetweenCalls(t *testing.T) {
	r := newRig(t, noise(4, 3*kib))
	r.interrupt(t, 1, 2)
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(r.file, later, later); err != nil {
		t.Fatal(err)
	}
	res := r.mustUpload(t) // EDGE-4: same content, fresh upload, and no orphan
	if res.PartsKept != 0 {
		t.Errorf("%d parts kept", res.PartsKept)
	}
	r.interrupt(t, 1, 2)
	r.write(t, noise(5, 3*kib+1))
	r.mustUpload(t)
}

func TestUP11_4_ListingFails(t *testing.T) {
	for _, f := range []*fault{{status: 403, code: "AccessDenied"}, {status: 503, code: "ServiceUnavailable"}, {hangUp: true}} {
		r := newRig(t, noise(4, 3*kib))
		r.interrupt(t, 1)
		r.inject(func(_ int, c call) *fault {
			if c.op == "LIST" {
				return f
			}
			return nil
		})
		if _, err := r.upload(t); err == nil || r.store.len() != 1 || r.uploads() != 1 {
			t.Errorf("EDGE-6: %+v: error %v, %d records, %d uploads", f, err, r.store.len(), r.uploads())
		}
		r.inject(nil)
		if res := r.mustUpload(t); res.PartsKept != 1 {
			t.Errorf("%d parts kept", res.PartsKept)
		}
	}
}

func TestM8_UP11_4_UploadGone(t *testing.T) {
	t.Run("EDGE-6 aborted between calls", func(t *testing.T) {
		r := newRig(t, noise(4, 3*kib))
		r.interrupt(t, 1)
		delete(r.pending, "U1")
		if res := r.mustUpload(t); res.PartsSent != 3 {
			t.Errorf("%d parts sent", res.PartsSent)
		}
	})
	t.Run("M8 aborted while parts are sent", func(t *testing.T) {
		r := newRig(t, noise(4, 3*kib))
		r.inject(func(_ int, c call) *fault {
			if c.op == "PART" && c.part == 2 {
				r.mu.Lock()
				defer r.mu.Unlock()
				delete(r.pending, "U1")
			}
			return nil
		})
		var told []int64
		res := r.mustUpload(t, func(o *UploadOptions) { o.Progress = func(done, _ int64) { told = append(told, done) } })
		if res.PartsSent != 3 {
			t.Errorf("%d parts sent", res.PartsSent)
		}
		checkProgress(t, told, 3*kib)
	})
	t.Run("M8 gone again and again", func(t *testing.T) {
		r := newRig(t, noise(4, 3*kib))
		r.inject(func(_ int, c call) *fault {
			if c.op == "PART" {
				return &fault{status: 404, code: "NoSuchUpload"}
			}
			return nil
		})
		_, err := r.upload(t)
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error %v", err)
		}
		if n := len(r.calls("INIT")); n != 2 {
			t.Errorf("%d uploads begun, want 2", n)
		}
	})
}

func TestM7_UP13_RecordedPartSizeWins(t *testing.T) {
	r := newRig(t, noise(4, 4*kib))
	r.interrupt(t, 1)
	res := r.mustUpload(t, func(o *UploadOptions) { o.PartSize = 2 * kib })
	if res.PartsKept != 1 || res.PartsSent != 3 {
		t.Errorf("%d kept, %d sent", res.PartsKept, res.PartsSent)
	}
}

func TestUP14_HeadersAreBoundAtInitiate(t *testing.T) {
	r := newRig(t, noise(4, 4*kib))
	r.interrupt(t, 1)
	res := r.mustUpload(t, func(o *UploadOptions) { o.Headers = map[string]string{"Cache-Control": "no-cache"} })
	if got := r.object("dir/key.bin").headers.Get("Cache-Control"); got != "" || !res.StaleHeaders {
		t.Errorf("Cache-Control %q, StaleHeaders %t", got, res.StaleHeaders)
	}
	r.interrupt(t, 1)
	if res := r.mustUpload(t); res.StaleHeaders {
		t.Error("StaleHeaders with the same headers")
	}
}

func TestUP21_CancelKeepsRecordAndUpload(t *testing.T) {
	r := newRig(t, noise(4, 5*kib))
	ctx, cancel := context.WithCancel(t.Context())
	r.inject(func(_ int, c call) *fault {
		if c.op == "PART" && c.part == 3 {
			cancel()
		}
		return nil
	})
	_, err := Upload(ctx, r.c, "bkt", "dir/key.bin", r.file, r.upOpts())
	if !errors.Is(err, context.Canceled) || r.store.len() != 1 || r.uploads() != 1 {
		t.Errorf("error %v, %d records, %d uploads", err, r.store.len(), r.uploads())
	}
	r.inject(nil)
	if res := r.mustUpload(t); res.PartsKept < 2 || res.BytesKept != int64(res.PartsKept)*kib {
		t.Errorf("%d parts kept", res.PartsKept)
	}
}

func TestUP19_FailureKeepsWhatIsDone(t *testing.T) {
	for _, workers := range []int{1, 4} {
		r := newRig(t, noise(4, 8*kib))
		r.inject(failPart(5))
		_, err := r.upload(t, func(o *UploadOptions) { o.Parts = workers })
		if !hasCode(err, "AccessDenied") || !strings.Contains(err.Error(), "part 5") {
			t.Errorf("error %v", err)
		}
		r.inject(nil)
		r.mu.Lock()
		have := len(r.pending["U1"].parts)
		r.mu.Unlock()
		if res := r.mustUpload(t); res.PartsKept < have || have < 1 {
			t.Errorf("%d parts kept of %d stored", res.PartsKept, have) // some may have been under way still
		}
	}
}

// EDGE-14: more parts than one page of their listing holds.
func TestUP15_ManyParts(t *testing.T) {
	r := newRig(t, noise(4, 2100))
	tiny := func(o *UploadOptions) { o.PartSize, o.limits.minPart, o.Parts = 1, 1, 8 }
	r.inject(failPart(1))
	if _, err := r.upload(t, tiny); err == nil {
		t.Fatal("no error")
	}
	r.inject(nil)
	r.ops()
	r.mu.Lock()
	for i, b := range noise(4, 2100)[:2050] {
		r.pending["U1"].parts[i+1] = &stored{data: []byte{b}, etag: digestOf([]byte{b}).etag()}
	}
	r.mu.Unlock()
	res := r.mustUpload(t, tiny)
	if lists := len(r.calls("LIST")); lists < 3 || res.PartsKept != 2050 {
		t.Errorf("%d pages, %d parts kept", lists, res.PartsKept)
	}
}

// EDGE-12: one file to two keys, and two files to one key, are four uploads.
func TestRecordsAreApart(t *testing.T) {
	r := newRig(t, noise(4, 2*kib))
	other := filepath.Join(r.dir, "other.bin")
	os.WriteFile(other, noise(5, 2*kib), 0o600)
	r.inject(failPart(2))
	for _, file := range []string{r.file, other} {
		for _, key := range []string{"a", "b"} {
			if _, err := Upload(t.Context(), r.c, "bkt", key, file, r.upOpts()); err == nil {
				t.Error("no error")
			}
		}
	}
	if r.store.len() != 4 || r.uploads() != 4 {
		t.Errorf("%d records, %d uploads", r.store.len(), r.uploads())
	}
}
