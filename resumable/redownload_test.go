package resumable

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func recordVersions(next http.Handler, seen *[]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.URL.Query().Get("versionId"))
		next.ServeHTTP(w, r)
	})
}

// half leaves a download of 5 ranges with the first three done.
func half(t testing.TB) *rig {
	t.Helper()
	r := remoteRig(t, noise(1, 4*kib+9))
	r.inject(failRange("3072"))
	if _, err := r.download(t); err == nil {
		t.Fatal("no error")
	}
	r.inject(nil)
	r.ops()
	return r
}

func (r *rig) editRecord(t testing.TB, edit func(rec map[string]any)) {
	t.Helper()
	key, data := r.store.only(t)
	rec := map[string]any{}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	if err := dec.Decode(&rec); err != nil {
		t.Fatal(err)
	}
	delete(rec, "crc32c")
	edit(rec)
	data, err := seal(rec)
	if err != nil {
		t.Fatal(err)
	}
	r.store.records[key] = data
}

func TestDL8_Record(t *testing.T) {
	r := half(t)
	_, data := r.store.only(t)
	var rec map[string]any
	if err := json.Unmarshal(data, &rec); err != nil {
		t.Fatal(err)
	}
	delete(rec, "crc32c")
	o := r.object("dir/key.bin")
	parts := []any{}
	for i := range 3 {
		crc := digestOf(o.data[i*kib : (i+1)*kib]).crc
		parts = append(parts, map[string]any{"part_number": float64(i + 1), "part_crc": float64(crc)})
	}
	want := map[string]any{
		"version": 1.0, "op_type": "ResumableDownload", "scope": "", "bucket": "bkt", "key": "dir/key.bin", "version_id": "",
		"file_path": r.out(), "size": float64(len(o.data)), "mtime": float64(o.modified.Unix()), "etag": o.etag, "part_size": 1.0 * kib,
		"temp": filepath.Base(r.temps(t)[0]), "parts": parts,
	}
	if diff := cmp.Diff(want, rec); diff != "" {
		t.Error(diff)
	}
}

func TestDL10_OnlyMissingRangesAreFetched(t *testing.T) {
	for _, tt := range []struct {
		name string
		keep []int
		want []string
	}{
		{"hole at the start", []int{2, 3}, []string{"0-1023", "3072-4095", "4096-4104"}},
		{"hole in the middle", []int{1, 3}, []string{"1024-2047", "3072-4095", "4096-4104"}},
		{"end missing", []int{1, 2, 3}, []string{"3072-4095", "4096-4104"}},
		{"nothing", nil, []string{"0-1023", "1024-2047", "2048-3071", "3072-4095", "4096-4104"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := half(t)
			r.editRecord(t, func(rec map[string]any) {
				kept := []any{}
				for i, p := range rec["parts"].([]any) {
					if contains(tt.keep, i+1) {
						kept = append(kept, p)
					}
				}
				rec["parts"] = kept
			})
			res := r.mustDownload(t, func(o *DownloadOptions) { o.PartSize = 2 * kib }) // the recorded size wins
			if diff := cmp.Diff(tt.want, ranges(r.calls("GET"))); diff != "" {
				t.Error(diff)
			}
			if res.RangesKept != len(tt.keep) || res.RangesFetched != len(tt.want) {
				t.Errorf("%+v", res)
			}
		})
	}
}

func TestL11_DL12_ClaimedRangesAreReadBack(t *testing.T) { // EDGE-9
	for _, tt := range []struct {
		name  string
		spoil func(temp string) error
		kept  int
	}{
		{"altered", func(temp string) error {
			f, err := os.OpenFile(temp, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte{1, 2, 3}, kib+5)
			return err
		}, 2},
		{"L1 longer than the object", func(temp string) error {
			f, err := os.OpenFile(temp, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.Write(noise(9, 5*kib))
			return err
		}, 3},
		{"truncated", func(temp string) error { return os.Truncate(temp, kib+100) }, 1},
		{"pages lost", func(temp string) error { return os.WriteFile(temp, make([]byte, 3*kib), 0o600) }, 0},
		{"deleted", os.Remove, 0},
		{"L2 replaced by a link", func(temp string) error {
			if err := os.Rename(temp, temp+"-moved"); err != nil {
				return err
			}
			return os.Symlink(temp+"-moved", temp)
		}, 0},
		{"replaced by a directory", func(temp string) error { return errors.Join(os.Remove(temp), os.Mkdir(temp, 0o700)) }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := half(t)
			temp := r.temps(t)[0]
			if err := tt.spoil(temp); err != nil {
				t.Fatal(err)
			}
			res, err := r.download(t)
			if err != nil || res.RangesKept != tt.kept {
				t.Fatalf("%+v, %v; want %d ranges kept", res, err, tt.kept)
			}
			os.Remove(temp) // what was put there is nobody's
			r.checkFile(t, res)
		})
	}
}

func TestS10_DL9_UselessRecords(t *testing.T) {
	type row struct {
		name  string
		edit  func(rec map[string]any)
		temps int // left over
	}
	var rows []row
	for field, other := range map[string]any{
		"op_type": OpUpload, "version": 0, "scope": "x", "bucket": "b", "key": "k", "file_path": "/x", "size": 1, "mtime": 1,
		"etag": "X", "part_size": 0, "temp": "../x", "parts": nil, "version_id": "V",
	} {
		left := 0
		if field == "op_type" || field == "temp" {
			left = 1 // the record does not name its file any more
		}
		wrong := any("text")
		if _, isText := other.(string); isText {
			wrong = 7
		}
		if field == "parts" {
			wrong = "text"
		}
		rows = append(rows,
			row{field + " other", func(rec map[string]any) { rec[field] = other }, left},
			row{field + " of a wrong type", func(rec map[string]any) { rec[field] = wrong }, left})
		if field != "version_id" && field != "scope" {
			rows = append(rows, row{field + " missing", func(rec map[string]any) { delete(rec, field) }, left})
		}
	}
	rows = append(rows,
		row{"range number too large", func(rec map[string]any) {
			rec["parts"] = []any{map[string]any{"part_number": 6, "part_crc": 1}}
		}, 0},
		row{"too many ranges", func(rec map[string]any) { rec["size"], rec["part_size"] = 1<<40, 1 }, 0})
	for _, tt := range rows {
		t.Run("DL-9.1 EDGE-5 "+tt.name, func(t *testing.T) {
			r := half(t)
			r.editRecord(t, tt.edit)
			res, err := r.download(t)
			if err != nil || res.RangesKept != 0 {
				t.Fatalf("%+v, %v; want a fresh download", res, err)
			}
			if n := len(r.temps(t)); n != tt.temps || r.store.len() != 0 {
				t.Errorf("%d temps, want %d; %d records", n, tt.temps, r.store.len())
			}
		})
	}
	t.Run("an upload's record frees the upload", func(t *testing.T) {
		r := newRig(t, noise(1, 2*kib))
		r.interrupt(t, 1)
		_, data := r.store.only(t)
		r.service.put("dir/key.bin", noise(2, 2*kib), "Normal")
		clear(r.store.records)
		r.store.records[storeKey("", "bkt", "dir/key.bin", "", r.out())] = data
		r.mustDownload(t)
		if r.uploads() != 0 {
			t.Error("upload left")
		}
	})
}

func TestDL9_3_ObjectChangedBetweenCalls(t *testing.T) { // EDGE-8
	for name, change := range map[string]func(o *stored){
		"etag only": func(o *stored) { o.etag = "X"; o.kind = "Multipart" },
		"time only": func(o *stored) { o.modified = o.modified.Add(time.Second) },
		"size":      func(o *stored) { o.data = append(o.data, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			r := half(t)
			change(r.object("dir/key.bin"))
			if res := r.mustDownload(t); res.RangesKept != 0 {
				t.Errorf("%d ranges kept", res.RangesKept)
			}
		})
	}
}

func TestDL14_ObjectReplacedWhileFetched(t *testing.T) { // EDGE-8, L9
	r := remoteRig(t, noise(1, 3*kib))
	n := 0
	r.inject(func(_ int, c call) *fault {
		if c.op == "GET" {
			if n++; n == 2 {
				r.service.put("dir/key.bin", noise(2, 3*kib), "Normal")
			}
		}
		return nil
	})
	_, err := r.download(t)
	if !errors.Is(err, ErrRemoteChanged) || !hasCode(err, "PreconditionFailed") || r.store.len() != 1 || len(r.temps(t)) != 1 {
		t.Errorf("error %v, %d records, temps %q", err, r.store.len(), r.temps(t))
	}
	if res := r.mustDownload(t); res.RangesFetched != 3 {
		t.Errorf("%d ranges fetched", res.RangesFetched)
	}
}

func TestDL15_WorkersStopAfterAFailure(t *testing.T) {
	r := remoteRig(t, noise(1, 50*kib))
	r.inject(failRange("0"))
	if _, err := r.download(t, func(o *DownloadOptions) { o.Parts = 2 }); !hasCode(err, "AccessDenied") {
		t.Errorf("error %v", err)
	}
	if n := len(r.calls("GET")); n > 40 {
		t.Errorf("%d requests after the failure", n)
	}
}

func TestDL23_TwoStores(t *testing.T) {
	r := half(t)
	first := r.store
	r.store = newMemory()
	r.inject(failRange("1024"))
	if _, err := r.download(t); err == nil {
		t.Fatal("no error")
	}
	if len(r.temps(t)) != 2 {
		t.Errorf("temps %q", r.temps(t))
	}
	r.inject(nil)
	if _, err := r.download(t); err != nil {
		t.Fatal(err)
	}
	r.store = first
	if res := r.mustDownload(t); res.RangesKept != 3 {
		t.Errorf("%d ranges kept", res.RangesKept)
	}
}

func TestDownloadBadStore(t *testing.T) {
	for _, call := range []string{"get", "put"} {
		r := remoteRig(t, noise(1, 3*kib))
		r.store.hook = func(c string) error {
			if c == call {
				return errDied
			}
			return nil
		}
		if _, err := r.download(t); !errors.Is(err, errDied) || len(r.temps(t)) != 0 {
			t.Errorf("%s: error %v, temps %q", call, err, r.temps(t))
		}
	}
}

func TestManyWorkersDownload(t *testing.T) {
	for _, workers := range []int{2, 64} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			r := remoteRig(t, noise(1, 9*kib+1))
			res := r.mustDownload(t, func(o *DownloadOptions) { o.Parts = workers })
			if res.RangesFetched != 10 {
				t.Errorf("%d ranges", res.RangesFetched)
			}
		})
	}
}
