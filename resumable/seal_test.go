package resumable

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// No bit of a record turns without the record being of no use.
func TestI7_EveryBitOfARecordCounts(t *testing.T) {
	up := newRig(t, noise(1, 3*kib))
	up.interrupt(t, 1)
	down := half(t)
	for op, r := range map[string]*rig{OpUpload: up, OpDownload: down} {
		_, data := r.store.only(t)
		var want binding
		if err := json.Unmarshal(data, &want); err != nil || want.Op != op {
			t.Fatalf("%s: %v", data, err)
		}
		decode := func() (err error) {
			if op == OpUpload {
				_, err = decodeUpload(data, want)
			} else {
				_, err = decodeDownload(data, want)
			}
			return err
		}
		if err := decode(); err != nil {
			t.Fatal(err)
		}
		for i := range 8 * len(data) {
			data[i/8] ^= 1 << (i % 8)
			if decode() == nil {
				t.Errorf("accepted with bit %d of byte %d turned: %s", i%8, i/8, data)
			}
			data[i/8] ^= 1 << (i % 8)
		}
	}
}

func TestI7_TurnedBitStartsOver(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	r.interrupt(t, 1, 2)
	key, data := r.store.only(t)
	last := len(data) - 3 // the digit that ends part_size
	data[last] ^= 1
	r.store.records[key] = data
	if res := r.mustUpload(t); res.PartsKept != 0 {
		t.Errorf("%d parts kept", res.PartsKept)
	}
}

// A record of which only the beginning reached the disk is none.
func TestS11_CutRecords(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	r.interrupt(t, 1, 2)
	_, data := r.store.only(t)
	for n := range data {
		if err := unseal(data[:n], &uploadRecord{}); err == nil {
			t.Errorf("%d of %d bytes taken: %s", n, len(data), data[:n])
		}
		if err := unseal(append(bytes.Clone(data[:n]), make([]byte, len(data)-n)...), &uploadRecord{}); err == nil {
			t.Errorf("%d of %d bytes and zeros taken", n, len(data))
		}
	}
}

// What a newer version left is not ours to judge: it stays, and nothing happens.
func TestS6_RecordOfANewerVersion(t *testing.T) {
	newer := func(rec map[string]any) { rec["version"] = recordVersion + 1 }
	both(t, func(t *testing.T, fresh func(testing.TB) *rig, transfer func(*rig) error, check func(testing.TB, *rig)) {
		r := fresh(t)
		count := 0
		r.inject(func(int, call) *fault {
			if count++; count > 4 {
				return &fault{status: 403, code: "AccessDenied"}
			}
			return nil
		})
		if err := transfer(r); err == nil {
			t.Fatal("no failure to go on from")
		}
		r.inject(nil)
		r.editRecord(t, newer)
		_, before := r.store.only(t)
		changes := len(r.calls("INIT")) + len(r.calls("ABORT")) + len(r.temps(t))
		if err := transfer(r); !errors.Is(err, ErrNewer) {
			t.Errorf("%v", err)
		}
		if _, after := r.store.only(t); !bytes.Equal(before, after) {
			t.Errorf("the record became %s", after)
		}
		if n := len(r.calls("INIT")) + len(r.calls("ABORT")) + len(r.temps(t)); n != changes {
			t.Errorf("%d uploads begun or aborted and temporary files, %d before", n, changes)
		}
		r.editRecord(t, func(rec map[string]any) { rec["version"] = recordVersion })
		if err := transfer(r); err != nil {
			t.Fatal(err)
		}
		check(t, r)
	})
}

func TestSealRefuses(t *testing.T) {
	if _, err := seal(make(chan int)); err == nil {
		t.Error("sealed what is no JSON")
	}
	for _, text := range []string{`{}`, `{"crc32c":"`, `{"crc32c":"00000000","a":1}`, `{"crc32c":"zzzzzzzz","a":1}`} {
		if err := unseal([]byte(text), &struct{}{}); err == nil {
			t.Errorf("%q taken", text)
		}
	}
}

// The parts of a useless record stay somebody's until they are gone.
func TestUP12_RecordStaysWhenItsUploadDoes(t *testing.T) {
	edit := func(rec map[string]any) { rec["mtime"] = 77 }
	for name, f := range map[string]*fault{
		"503": {status: 503, code: "ServiceUnavailable"}, "403": {status: 403, code: "AccessDenied"}, "no answer": {hangUp: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noise(1, 3*kib))
			r.interrupt(t, 1)
			r.editRecord(t, edit)
			_, before := r.store.only(t)
			r.inject(func(_ int, c call) *fault {
				if c.op == "ABORT" {
					return f
				}
				return nil
			})
			_, err := r.upload(t)
			if _, after := r.store.only(t); err == nil || string(after) != string(before) || len(r.calls("INIT")) != 0 {
				t.Errorf("error %v, record %s", err, after)
			}
			r.inject(nil)
			r.mustUpload(t)
		})
	}
	for name, f := range map[string]*fault{
		"the service knows no such upload": {status: 404, code: "NoSuchUpload"}, "the id can be none": {status: 400, code: "InvalidArgument"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noise(1, 3*kib))
			r.interrupt(t, 1)
			r.editRecord(t, edit)
			r.inject(onceOn("ABORT", f))
			if res, err := r.upload(t); err != nil || res.PartsSent != 3 {
				t.Errorf("%+v, %v", res, err)
			}
		})
	}
}

func TestDownloadKeepsTheRecordOfAnUploadThatStays(t *testing.T) {
	r := newRig(t, noise(1, 2*kib))
	r.interrupt(t, 1)
	_, data := r.store.only(t)
	r.service.put("dir/key.bin", noise(2, 2*kib), "Normal")
	clear(r.store.records)
	r.store.records[storeKey("", "bkt", "dir/key.bin", "", r.out())] = data
	r.inject(func(_ int, c call) *fault {
		if c.op == "ABORT" {
			return &fault{status: 500}
		}
		return nil
	})
	if _, err := r.download(t); err == nil || r.store.len() != 1 {
		t.Errorf("error %v, %d records", err, r.store.len())
	}
	if _, err := os.Stat(r.out()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("published: %v", err)
	}
}
