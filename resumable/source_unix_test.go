//go:build unix

package resumable

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestL1_DirectoriesThatCannotBeSynced(t *testing.T) {
	for _, errno := range []error{syscall.EINVAL, syscall.ENOTSUP, syscall.EOPNOTSUPP} {
		if err := durableNames(&os.PathError{Op: "sync", Path: "dir", Err: errno}); err != nil {
			t.Errorf("%v is an error", errno)
		}
	}
	for _, err := range []error{nil, syscall.EIO, os.ErrClosed} {
		if got := durableNames(err); got != err {
			t.Errorf("%v becomes %v", err, got)
		}
	}
}

// P7: a FIFO neither blocks nor is read.
func TestP7_UploadOfAFIFO(t *testing.T) {
	r := newRig(t, nil)
	fifo := filepath.Join(r.dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := Upload(t.Context(), r.c, "bkt", "k", fifo, r.upOpts()); !errors.Is(err, ErrInvalid) {
		t.Errorf("error %v", err)
	}
	opts := r.upOpts()
	opts.Expect = &Fingerprint{}
	if _, err := Upload(t.Context(), r.c, "bkt", "k", fifo, opts); !errors.Is(err, ErrSourceChanged) {
		t.Errorf("error %v", err)
	}
	down := r.downOpts()
	if _, err := Download(t.Context(), r.c, "bkt", "k", fifo, down); !errors.Is(err, ErrInvalid) {
		t.Errorf("error %v", err)
	}
	if len(r.ops()) != 0 {
		t.Error("requests were sent")
	}
}

// A name that is not UTF-8 has a record like any other.
func TestResumeOfANameThatIsNotUTF8(t *testing.T) {
	r := newRig(t, nil)
	r.file = filepath.Join(r.dir, "a\xffb")
	if err := os.WriteFile(r.file, noise(1, 3*kib), 0o600); err != nil {
		t.Skip(err)
	}
	r.interrupt(t, 1, 2)
	if res := r.mustUpload(t); res.PartsKept != 2 {
		t.Errorf("%d parts kept", res.PartsKept)
	}
}
