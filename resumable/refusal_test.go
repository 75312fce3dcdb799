package resumable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// always lets f happen to every request of an operation.
func always(op string, f *fault) func(int, call) *fault {
	return func(_ int, c call) *fault {
		if c.op == op {
			return f
		}
		return nil
	}
}

func TestUP21_PartsOfNoUseStartOverOnce(t *testing.T) {
	for _, code := range []string{"EntityTooSmall", "InvalidPart", "InvalidPartOrder", "InvalidArgument"} {
		t.Run(code, func(t *testing.T) {
			refused := &fault{status: 400, code: code}
			r := newRig(t, noise(1, 3*kib))
			r.inject(onceOn("COMPLETE", refused))
			res := r.mustUpload(t)
			if n := len(r.calls("INIT")); n != 2 || res.PartsSent != 3 {
				t.Errorf("%d uploads begun, %d parts sent", n, res.PartsSent)
			}

			r.ops()
			r.inject(always("COMPLETE", refused))
			_, err := r.upload(t)
			if n := len(r.calls("INIT")); n != 2 || !hasCode(err, code) || r.store.len() != 0 || r.uploads() != 0 {
				t.Errorf("%d uploads begun, error %v; %d records and %d uploads left", n, err, r.store.len(), r.uploads())
			}

			r.inject(func(_ int, c call) *fault {
				switch c.op {
				case "COMPLETE":
					return refused
				case "ABORT":
					return &fault{status: 403, code: "AccessDenied"}
				}
				return nil
			})
			r.ops()
			_, err = r.upload(t)
			if n := len(r.calls("INIT")); n != 1 || !hasCode(err, code) || r.store.len() != 1 || r.uploads() != 1 {
				t.Errorf("abort refused: %d uploads begun, error %v; %d records and %d uploads left", n, err, r.store.len(), r.uploads())
			}
		})
	}
	t.Run("after an attempt that took effect", func(t *testing.T) {
		r := newRig(t, noise(1, 3*kib))
		attempts := 0
		r.inject(func(_ int, c call) *fault {
			if c.op != "COMPLETE" {
				return nil
			}
			if attempts++; attempts == 1 {
				return &fault{lost: true}
			}
			return &fault{status: 400, code: "InvalidPart"}
		})
		r.mustUpload(t)
		if n := len(r.calls("INIT")); n != 1 {
			t.Errorf("%d uploads begun", n)
		}
	})
	t.Run("any other refusal keeps all", func(t *testing.T) {
		for _, f := range []*fault{{status: 400, code: "MalformedXML"}, {status: 403, code: "InvalidArgument"}} {
			r := newRig(t, noise(1, 3*kib))
			r.inject(always("COMPLETE", f))
			if _, err := r.upload(t); !hasCode(err, f.code) || r.store.len() != 1 || r.uploads() != 1 {
				t.Errorf("error %v; %d records and %d uploads", err, r.store.len(), r.uploads())
			}
		}
	})
}

// Another writer's object appears while the parts are sent.
func TestForbidOverwriteAtComplete(t *testing.T) {
	forbid := func(o *UploadOptions) { o.ForbidOverwrite = true }
	for name, first := range map[string]*fault{"at once": nil, "after a doubtful attempt": {status: 500}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noise(1, 3*kib))
			attempts := 0
			r.inject(func(_ int, c call) *fault {
				if c.op != "COMPLETE" {
					return nil
				}
				if attempts++; attempts == 1 {
					r.service.put("dir/key.bin", []byte("other"), "Normal")
					return first
				}
				return nil
			})
			if _, err := r.upload(t, forbid); !errors.Is(err, fs.ErrExist) {
				t.Errorf("error %v, want %v", err, fs.ErrExist)
			}
			if string(r.object("dir/key.bin").data) != "other" || r.store.len() != 0 || r.uploads() != 0 {
				t.Errorf("object %q, %d records and %d uploads left", r.object("dir/key.bin").data, r.store.len(), r.uploads())
			}
		})
	}
	t.Run("nobody may look whose it is", func(t *testing.T) {
		r := newRig(t, noise(1, 3*kib))
		attempts := 0
		r.inject(func(_ int, c call) *fault {
			switch c.op {
			case "HEAD":
				return &fault{status: 403, code: "AccessDenied"}
			case "COMPLETE":
				if attempts++; attempts == 1 {
					return &fault{lost: true}
				}
				return &fault{status: 409, code: "FileAlreadyExists"}
			}
			return nil
		})
		if _, err := r.upload(t, forbid); !errors.Is(err, fs.ErrExist) || len(r.calls("ABORT")) != 0 || r.store.len() != 1 {
			t.Errorf("M3: error %v, %d aborts, %d records", err, len(r.calls("ABORT")), r.store.len())
		}
	})
}

func TestBeforeCommit(t *testing.T) {
	refuse := fmt.Errorf("not now: %w", ErrSourceChanged)
	r := newRig(t, noise(1, 3*kib))
	_, err := r.upload(t, func(o *UploadOptions) { o.BeforeCommit = func(context.Context) error { return refuse } })
	if !errors.Is(err, refuse) || r.object("dir/key.bin") != nil || r.store.len() != 1 || r.uploads() != 1 {
		t.Errorf("error %v, object %v, %d records, %d uploads", err, r.object("dir/key.bin"), r.store.len(), r.uploads())
	}
	if slices.Contains(r.ops(), "COMPLETE") {
		t.Error("completed")
	}

	var seen []string
	r.inject(onceOn("COMPLETE", &fault{status: 500}))
	res := r.mustUpload(t, func(o *UploadOptions) {
		o.BeforeCommit = func(ctx context.Context) error {
			seen = append(seen, r.ops()...)
			return ctx.Err()
		}
	})
	if diff := cmp.Diff([]string{"LIST"}, seen); diff != "" || res.PartsKept != 3 {
		t.Errorf("calls before it: %s; %d parts kept", diff, res.PartsKept)
	}
	if ops := r.ops(); ops[0] != "COMPLETE" {
		t.Errorf("calls after it: %q", ops)
	}
	r.mustUpload(t, func(o *UploadOptions) {
		o.Threshold = 0
		o.BeforeCommit = func(context.Context) error { return refuse }
	})
}

// Permissions, links and attributes move the change time and nothing else.
func TestUP26_OnlyTheChangeTimeMoved(t *testing.T) {
	touchBack := func(t *testing.T, file string, write func() error) {
		t.Helper()
		fi, err := os.Stat(file)
		for err == nil && FingerprintOf(fi).ChangeTime >= changeTimeNow(t) {
			// a change in the same tick would leave no trace
		}
		if err == nil {
			err = errors.Join(write(), os.Chtimes(file, time.Time{}, fi.ModTime()))
		}
		if err != nil {
			t.Error(err)
		}
	}
	for _, tt := range []struct {
		name      string
		threshold int64
		op        string
	}{{"PUT", 0, "PUT"}, {"parts", NoThreshold, "COMPLETE"}, {"parts, the last one", NoThreshold, "PART"}} {
		t.Run(tt.name, func(t *testing.T) {
			opts := func(o *UploadOptions) { o.Threshold = tt.threshold }
			r := newRig(t, noise(1, 3*kib))
			if tt.op != "COMPLETE" { // during Complete nobody looks any more
				r.change(tt.op, func() { touchBack(t, r.file, func() error { return os.Chmod(r.file, 0o640) }) })
			}
			res := r.mustUpload(t, opts)
			if fi, err := os.Stat(r.file); err != nil || res.Fingerprint != FingerprintOf(fi) {
				t.Errorf("fingerprint %+v is not of the file now", res.Fingerprint)
			}
			if tt.op == "COMPLETE" {
				return
			}
			r.change(tt.op, func() {
				touchBack(t, r.file, func() error { return os.WriteFile(r.file, noise(9, 3*kib), 0o600) })
			})
			if _, err := r.upload(t, opts); !errors.Is(err, ErrSourceChanged) {
				t.Errorf("P1 P2: error %v, want %v", err, ErrSourceChanged)
			}
		})
	}
	t.Run("between two calls", func(t *testing.T) {
		r := newRig(t, noise(1, 3*kib))
		r.interrupt(t, 1, 2)
		touchBack(t, r.file, func() error { return os.Chmod(r.file, 0o640) })
		if res := r.mustUpload(t); res.PartsKept != 2 {
			t.Errorf("%d parts kept, want 2", res.PartsKept)
		}
		r.interrupt(t, 1, 2)
		content := noise(1, 3*kib)
		content[kib+1] ^= 1
		touchBack(t, r.file, func() error { return os.WriteFile(r.file, content, 0o600) })
		if res := r.mustUpload(t); res.PartsKept != 1 {
			t.Errorf("P1: %d parts kept, want 1", res.PartsKept)
		}
	})
}

// changeTimeNow is what the file system's clock, which has its ticks, would give
// to a file that is written now.
func changeTimeNow(t *testing.T) int64 {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if FingerprintOf(fi).ChangeTime == 0 {
		t.Skip("no change time")
	}
	return FingerprintOf(fi).ChangeTime
}

// meddler is a context that meddles when it is asked for its error, as every
// reading of a file does.
type meddler struct {
	context.Context
	meddle func()
}

func (m meddler) Err() error {
	m.meddle()
	return m.Context.Err()
}

func TestConfirm(t *testing.T) {
	r := newRig(t, noise(1, kib))
	changeTimeNow(t)
	p, err := openPlace(nil, r.file, true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	src, err := openSource(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.file.Close()
	crc := digestOf(noise(1, kib)).crc
	src.print.ChangeTime--
	if err := src.confirm(t.Context(), crc); err != nil {
		t.Error(err)
	}
	src.print.ChangeTime--
	if err := src.confirm(t.Context(), crc+1); !errors.Is(err, ErrSourceChanged) {
		t.Errorf("other bytes: error %v, want %v", err, ErrSourceChanged)
	}
	src.print.ChangeTime--
	readings := 0
	err = src.confirm(meddler{t.Context(), func() {
		readings++
		for now := src.print.ChangeTime; changeTimeNow(t) <= now; {
			// until a change shows
		}
		if err := src.file.Chmod(0o600); err != nil {
			t.Error(err)
		}
	}}, crc)
	if !errors.Is(err, ErrSourceChanged) || readings != maxFruitless {
		t.Errorf("moving change time: error %v after %d readings", err, readings)
	}
}
