package resumable

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// dies leaves in the store what a process leaves that died at Initiate, so long
// after serviceNow.
func (r *rig) dies(t *testing.T, after time.Duration) {
	t.Helper()
	var dead atomic.Bool
	r.store.hook = func(string) error {
		if dead.Load() {
			return errors.New("dead")
		}
		return nil
	}
	r.inject(func(int, call) *fault {
		dead.Store(true)
		return &fault{lost: true}
	})
	if _, err := r.upload(t, announcedAt(after)); err == nil {
		t.Fatal("no error")
	}
	r.store.hook = nil
	r.inject(nil)
}

// An upload that begins where intents of dead processes stand keeps their windows
// as they are, and apart, also of a file that has changed since.
func TestM4_M5_EarlierIntentsAreKept(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	r.dies(t, -time.Hour)
	r.dies(t, -time.Minute)
	earlier := []Window{windowAt(serviceNow.Add(-time.Hour)), windowAt(serviceNow.Add(-time.Minute))}
	r.stored(t).tells(t, "after two deaths", false, earlier...)
	r.write(t, noise(2, 4*kib))

	t.Run("Initiate is refused", func(t *testing.T) {
		r.inject(func(_ int, c call) *fault { return &fault{status: 403, code: "AccessDenied"} })
		if _, err := r.upload(t, announced); err == nil {
			t.Fatal("no error")
		}
		r.stored(t).tells(t, "left", false, earlier...)
	})
	t.Run("the clock is not known", func(t *testing.T) {
		r.inject(func(_ int, c call) *fault { return &fault{status: 403, code: "AccessDenied"} })
		if _, err := r.upload(t); err == nil {
			t.Fatal("no error")
		}
		r.stored(t).tells(t, "left", false, earlier...)
	})
	t.Run("it goes well", func(t *testing.T) {
		r.inject(func(_ int, c call) *fault {
			if c.op == "INIT" {
				r.stored(t).tells(t, "when it is sent", false, append(earlier, window)...)
			} else {
				r.stored(t).tells(t, c.op, true, earlier...)
			}
			return nil
		})
		if _, err := r.upload(t, announced); err != nil {
			t.Fatal(err)
		}
		r.stored(t).tells(t, "left", false, earlier...)
	})
}

// However many processes die, a record stays small: the oldest windows go.
func TestM4_WindowsAreBounded(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	var want []Window
	for n := range maxWindows + 2 {
		r.dies(t, time.Duration(n)*time.Hour)
		want = append(want, windowAt(serviceNow.Add(time.Duration(n)*time.Hour)))
	}
	r.stored(t).tells(t, "left", false, want[2:]...)
}

// TestRecordsAreAmended: who knows what became of what a record tells of takes that
// out of it. With nothing left the record goes.
func TestRecordsAreAmended(t *testing.T) {
	both := uploadRecord{
		binding:     binding{Version: recordVersion, Op: OpUpload, Bucket: "bkt", Key: "k", File: "/f"},
		Fingerprint: Fingerprint{Size: 1}, UploadID: "U", Token: "t", Headers: "h", PartSize: 1, Begun: []Window{window},
	}
	named, intent := both, both
	named.Begun, intent.UploadID = nil, ""
	key := storeKey("", "bkt", "k", "", "/f")
	for name, tt := range map[string]struct {
		before uploadRecord
		amend  func(*FileStore, string) error
		named  bool // in the record that is left
		begun  []Window
	}{
		"both, settled":    {before: both, amend: (*FileStore).Settle, named: true},
		"both, released":   {before: both, amend: (*FileStore).Release, begun: both.Begun},
		"named, settled":   {before: named, amend: (*FileStore).Settle, named: true},
		"named, released":  {before: named, amend: (*FileStore).Release},
		"intent, settled":  {before: intent, amend: (*FileStore).Settle},
		"intent, released": {before: intent, amend: (*FileStore).Release, begun: both.Begun},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := NewFileStore(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			l := &ledger{store: store, key: key, want: tt.before.binding}
			if err := l.put(tt.before); err != nil {
				t.Fatal(err)
			}
			if err := tt.amend(store, key); err != nil {
				t.Fatal(err)
			}
			data, err := l.get()
			if err != nil || (data != nil) != (tt.named || tt.begun != nil) {
				t.Fatalf("%s, %v", data, err)
			}
			if data == nil {
				return
			}
			rec, err := decodeUpload(data, l.want)
			if err != nil {
				t.Fatal(err)
			}
			rec.tells(t, "amended", tt.named, tt.begun...)
		})
	}
}

// What cannot be read is nobody's to amend.
func TestRecordsThatAreLeft(t *testing.T) {
	store, err := NewFileStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key := storeKey("", "bkt", "k", "", "/f")
	newer, err := seal(binding{Version: recordVersion + 1, Op: OpUpload})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", string(newer), `{"op_type":"ResumableUpload"}`, `{"op_type":"ResumableDownload"}`, `[]`} {
		if text != "" {
			if err := store.Put(key, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		for _, amend := range []func(*FileStore, string) error{(*FileStore).Settle, (*FileStore).Release} {
			if err := amend(store, key); err != nil {
				t.Error(err)
			}
		}
		if data, err := store.Get(key); err != nil || string(data) != text {
			t.Errorf("%s became %s, %v", text, data, err)
		}
	}
}
