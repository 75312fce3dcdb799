package resumable

import (
	"fmt"
	"testing"
)

// Each record that is not whole, or not about this file, is replaced, and the
// upload it names is aborted as long as it can be made out.
func TestS10_UP11_UselessRecords(t *testing.T) {
	edit := func(field string, value any) func(rec map[string]any) {
		return func(rec map[string]any) {
			if value == nil {
				delete(rec, field)
			} else {
				rec[field] = value
			}
		}
	}
	type row struct {
		name    string
		spoil   func(rec map[string]any)
		orphans int
	}
	rows := []row{
		{"op_type of the other kind", edit("op_type", OpDownload), 1},
		{"op_type missing", edit("op_type", nil), 1},
		{"op_type number", edit("op_type", 7), 1},
		{"upload_id missing", edit("upload_id", nil), 1},
		{"upload_id number", edit("upload_id", 7), 1},
		{"bucket other", edit("bucket", "other"), 1},
		{"key other", edit("key", "other"), 1},
		{"version older", edit("version", 0), 0},
		{"scope other", edit("scope", "x"), 0},
	}
	for field, other := range map[string]any{
		"file_path": "/else", "token": "", "headers_md5": "", "size": 77, "part_size": 0, "mtime": 77, "inode": 77,
	} {
		wrong := any("text")
		if _, isText := other.(string); isText {
			wrong = 7
		}
		rows = append(rows, row{field + " other", edit(field, other), 0}, row{field + " missing", edit(field, nil), 0}, row{field + " of a wrong type", edit(field, wrong), 0})
	}
	rows = append(rows,
		row{"part size below what the service takes", edit("part_size", 512), 0},
		row{"part size for too many parts", func(rec map[string]any) { rec["part_size"], rec["size"] = 1, 1<<40 }, 0},
	)
	for _, tt := range rows {
		t.Run("UP-11.2 UP-12 EDGE-5 "+tt.name, func(t *testing.T) {
			r := newRig(t, noise(4, 3*kib))
			r.interrupt(t, 1, 2)
			r.editRecord(t, tt.spoil)
			res, err := r.upload(t)
			if err != nil {
				t.Fatal(err)
			}
			if res.PartsKept != 0 || res.PartsSent != 3 {
				t.Errorf("%d kept, %d sent, want a fresh upload", res.PartsKept, res.PartsSent)
			}
			if r.uploads() != tt.orphans || r.store.len() != 0 {
				t.Errorf("%d uploads left, want %d; %d records", r.uploads(), tt.orphans, r.store.len())
			}
		})
	}
	for _, text := range []string{"", "hello}", "[]", "null", "{", `"x"`, "\x00\x01"} {
		t.Run(fmt.Sprintf("EDGE-5 record %q", text), func(t *testing.T) {
			r := newRig(t, noise(4, 3*kib))
			r.interrupt(t, 1, 2)
			key, _ := r.store.only(t)
			r.store.records[key] = []byte(text)
			if res, err := r.upload(t); err != nil || res.PartsSent != 3 {
				t.Errorf("%+v, %v", res, err)
			}
		})
	}
}
