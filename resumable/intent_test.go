package resumable

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/retry"
)

var serviceNow = time.Date(2026, 5, 1, 12, 0, 0, 7e8, time.UTC)

// window is that of an upload which begins at serviceNow.
var window = windowAt(serviceNow)

func announced(o *UploadOptions) { announcedAt(0)(o) }

// announcedAt is announced with a clock that stands so long after serviceNow.
func announcedAt(after time.Duration) func(*UploadOptions) {
	return func(o *UploadOptions) {
		o.ServerTime = func() (time.Time, bool) { return serviceNow.Add(after), true }
	}
}

// of is w for so many uploads.
func (w Window) of(uploads int) Window {
	w.Uploads = uploads
	return w
}

// tells checks what a record says.
func (rec *uploadRecord) tells(t *testing.T, when string, named bool, want ...Window) {
	t.Helper()
	if (rec.UploadID != "") != named || !slices.Equal(rec.Begun, want) {
		t.Errorf("%s: id %q, windows %v, want %v", when, rec.UploadID, rec.Begun, want)
	}
}

// stored decodes the one record there is.
func (r *rig) stored(t *testing.T) *uploadRecord {
	t.Helper()
	_, data := r.store.only(t)
	rec := &uploadRecord{}
	if err := unseal(data, rec); err != nil {
		t.Fatal(err)
	}
	return rec
}

// An intent is in the store before the service hears of the upload, takes no
// other place than the record's, and is gone once the id is known.
func TestM4_IntentIsWrittenBefore(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	var inits int
	r.inject(func(_ int, c call) *fault {
		rec := r.stored(t)
		if c.op != "INIT" {
			rec.tells(t, c.op, true)
			return nil
		}
		inits++
		rec.tells(t, "before Initiate", false, window)
		if c.headers.Get(tokenHeader) != rec.Token {
			t.Error("another token than the intent's")
		}
		return nil
	})
	r.mustUpload(t, announced)
	if inits != 1 || r.store.len() != 0 || r.store.puts != 2 {
		t.Errorf("%d initiated, %d records left, %d written", inits, r.store.len(), r.store.puts)
	}
}

// UP-10: without the service's clock the record is written once, after Initiate.
func TestUP10_NoClockNoIntent(t *testing.T) {
	for name, change := range map[string]func(*UploadOptions){
		"none":      func(*UploadOptions) {},
		"not known": func(o *UploadOptions) { o.ServerTime = func() (time.Time, bool) { return time.Time{}, false } },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noise(1, 3*kib))
			r.inject(func(_ int, c call) *fault {
				if c.op == "INIT" && r.store.len() != 0 {
					t.Error("a record before Initiate")
				}
				return nil
			})
			r.mustUpload(t, change)
			if r.store.puts != 1 {
				t.Errorf("%d records were written", r.store.puts)
			}
		})
	}
}

// What is known of the uploads that came of Initiate decides what stays in the
// store: nothing after a refusal, an intent in doubt, for as many as there may be.
func TestM4_FateOfInitiate(t *testing.T) {
	tests := map[string]struct {
		faults []*fault // of the attempts, the last for all further ones
		left   int      // uploads that the intent tells of, whether the upload ended well or not
		fails  bool
	}{
		"refused":                   {faults: []*fault{{status: 403, code: "AccessDenied"}}, fails: true},
		"object exists":             {faults: []*fault{{status: 409, code: "FileAlreadyExists"}}, fails: true},
		"never answered":            {faults: []*fault{{lost: true}}, left: retry.DefaultMaxAttempts, fails: true},
		"500":                       {faults: []*fault{{status: 500}}, left: retry.DefaultMaxAttempts, fails: true},
		"answer lost once":          {faults: []*fault{{lost: true}, nil}, left: 1},
		"500 too late, once":        {faults: []*fault{{late: 500}, nil}, left: 1},
		"answers lost twice":        {faults: []*fault{{lost: true}, {lost: true}, nil}, left: 2},
		"answer lost, then refused": {faults: []*fault{{lost: true}, {status: 403, code: "AccessDenied"}}, left: 1, fails: true},
		"well":                      {faults: []*fault{nil}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noise(1, 3*kib))
			inits := 0
			r.inject(func(_ int, c call) *fault {
				if c.op != "INIT" {
					return nil
				}
				inits++
				r.stored(t).tells(t, "when it is sent", false, window.of(inits))
				return tt.faults[min(inits, len(tt.faults))-1]
			})
			_, err := r.upload(t, announced)
			if (err != nil) != tt.fails {
				t.Fatal(err)
			}
			if tt.left > 0 {
				r.stored(t).tells(t, "at the end", false, window.of(tt.left))
			} else if r.store.len() != 0 {
				t.Errorf("left: %+v", r.stored(t))
			}
		})
	}
}

// An intent tells when the request can be under way, and the last of its attempts,
// however long they had to wait for their turn.
func TestM5_WindowFollowsTheAttempts(t *testing.T) {
	const pause = time.Hour
	clock := serviceNow
	at := func(o *UploadOptions) {
		o.ServerTime = func() (now time.Time, known bool) {
			now, clock = clock, clock.Add(pause)
			return now, true
		}
	}
	r := newRig(t, noise(1, 3*kib))
	inits := 0
	r.inject(func(_ int, c call) *fault {
		if c.op != "INIT" {
			return nil
		}
		want := windowAt(serviceNow.Add(pause))
		if inits++; inits == 2 {
			want.Until, want.Uploads = windowAt(serviceNow.Add(2*pause)).Until, 2
		}
		r.stored(t).tells(t, "when it is sent", false, want)
		return &fault{lost: inits == 1}
	})
	if _, err := r.upload(t, at); err != nil || inits != 2 {
		t.Errorf("%d attempts, %v", inits, err)
	}
}

// A second attempt that cannot be written down is called off.
func TestM4_AttemptThatCannotBeNoted(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	full := errors.New("disk full")
	var isFull atomic.Bool
	r.store.hook = func(call string) error {
		if call == "put" && isFull.Load() {
			return full
		}
		return nil
	}
	r.inject(func(_ int, c call) *fault {
		isFull.Store(true)
		return &fault{lost: c.op == "INIT"}
	})
	if _, err := r.upload(t, announced); !errors.Is(err, full) {
		t.Error(err)
	}
	r.store.hook = nil
	r.stored(t).tells(t, "left", false, window)
}

// While an upload that nobody can name may stand beside the one under way, the
// record of that says so, through resumes, until nothing else is left of it.
func TestM4_RecordKeepsTheWindow(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	inits := 0
	r.inject(func(_ int, c call) *fault {
		switch c.op {
		case "INIT":
			if inits++; inits == 1 {
				return &fault{lost: true}
			}
		case "PART":
			return &fault{status: 403, code: "AccessDenied"}
		}
		return nil
	})
	if _, err := r.upload(t, announced); err == nil {
		t.Fatal("no error")
	}
	r.inject(nil)
	r.stored(t).tells(t, "under way", true, window)
	if _, err := r.upload(t); err != nil {
		t.Fatal(err)
	}
	if r.stored(t).tells(t, "at its end", false, window); r.uploads() != 1 {
		t.Errorf("%d uploads", r.uploads())
	}
}

// An intent that cannot be written lets no request out.
func TestM4_NoIntentNoRequest(t *testing.T) {
	r := newRig(t, noise(1, 3*kib))
	full := errors.New("disk full")
	r.store.hook = func(call string) error {
		if call == "put" {
			return full
		}
		return nil
	}
	if _, err := r.upload(t, announced); !errors.Is(err, full) {
		t.Error(err)
	}
	if ops := r.ops(); len(ops) != 0 {
		t.Errorf("%q", ops)
	}
}

// S6: a reader that knows no intents sees a record without an id, which no
// version takes for one to go on with; one that knows them reads old records.
func TestS6_IntentsAndRecordsOfOtherVersions(t *testing.T) {
	rec := uploadRecord{
		binding:     binding{Version: recordVersion, Op: OpUpload, Bucket: "bkt", Key: "k", File: "/f"},
		Fingerprint: Fingerprint{Size: 1}, Token: "t", Headers: "h", PartSize: 1,
	}
	named, intent := rec, rec
	named.UploadID, intent.Begun = "U1", []Window{window}
	for _, tt := range []struct {
		name string
		rec  uploadRecord
		want string // in the error; "" for none
	}{
		{"record", named, ""}, {"intent", intent, ""}, {"neither", rec, "incomplete"},
	} {
		data, err := seal(tt.rec)
		if err != nil {
			t.Fatal(err)
		}
		_, err = decodeUpload(data, rec.binding)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", tt.name, err)
		}
		var members map[string]any
		if err := json.Unmarshal(data, &members); err != nil {
			t.Fatal(err)
		}
		if _, told := members["begun"]; told != (tt.name == "intent") || tt.name == "intent" && members["upload_id"] != "" {
			t.Errorf("%s: %s", tt.name, bytes.TrimSpace(data))
		}
	}
}

func TestWindowHolds(t *testing.T) {
	for _, tt := range []struct {
		w    Window
		t    time.Time
		want bool
	}{
		{window, window.Since, true},
		{window, window.Until, true},
		{window, window.Since.Add(-time.Second), false},
		{window, window.Until.Add(time.Second), false},
		{Window{}, window.Since, false},
	} {
		if got := tt.w.Holds(tt.t); got != tt.want {
			t.Errorf("%v holds %v: %t", tt.w, tt.t, got)
		}
	}
}
