package resumable

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// diary notes what a transfer does, in the order of its doing.
type diary struct {
	*rig
	lines []string
}

func keepDiary(r *rig) *diary {
	d := &diary{rig: r}
	r.store.hook = func(call string) error {
		d.lines = append(d.lines, "store "+call)
		return nil
	}
	r.inject(func(_ int, c call) *fault {
		d.lines = append(d.lines, strings.TrimSuffix(fmt.Sprintf("%s %d", c.op, c.part), " 0"))
		return nil
	})
	return d
}

func (d *diary) progress(done, total int64) {
	d.lines = append(d.lines, fmt.Sprintf("progress %d of %d", done, total))
}

func TestUP22_OrderOfAnUpload(t *testing.T) {
	d := keepDiary(newRig(t, noise(1, 2*kib)))
	d.mustUpload(t, func(o *UploadOptions) { o.Progress = d.progress })
	want := []string{
		"store get", "INIT", "store put", "progress 0 of 2048", "PART 1", "progress 1024 of 2048", "PART 2",
		"progress 2048 of 2048", "COMPLETE", "store delete",
	}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("ST-1 %s", diff)
	}
}

func TestDL20_OrderOfADownload(t *testing.T) {
	d := keepDiary(remoteRig(t, noise(1, 2*kib)))
	if err := os.WriteFile(d.out(), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.mustDownload(t, func(o *DownloadOptions) {
		o.BeforePublish = func(root *os.Root, name string) error {
			old, err := root.ReadFile(name)
			d.lines = append(d.lines, "publish over "+string(old))
			return err
		}
		o.Progress = func(done, total int64) {
			d.progress(done, total)
			if got, err := os.ReadFile(d.out()); done == total && (err != nil || len(got) != 2*kib || len(d.temps(t)) != 0) {
				t.Errorf("told of the end with %d bytes, %v, temps %q", len(got), err, d.temps(t))
			}
		}
	})
	want := []string{
		"HEAD", "store get", "store put", "progress 0 of 2048", "GET", "store append", "progress 1024 of 2048", "GET", "store append",
		"publish over old", "store delete", "progress 2048 of 2048",
	}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("ST-1 %s", diff)
	}
}

// A panic of Progress comes out of Download, and leaves what a failure leaves.
func TestPR1_PanicEndsTheTransfer(t *testing.T) {
	r := remoteRig(t, noise(1, 2*kib))
	bored := errors.New("bored")
	told := func() (p any) {
		defer func() { p = recover() }()
		_, err := r.download(t, func(o *DownloadOptions) {
			o.Threshold = 0 // in this goroutine
			o.Progress = func(int64, int64) { panic(bored) }
		})
		return err
	}()
	if told != bored {
		t.Errorf("%v, want a panic", told)
	}
	if _, err := os.Stat(r.out()); err == nil || len(r.temps(t)) != 0 {
		t.Errorf("left: %v, temps %q", err, r.temps(t))
	}
	r.mustDownload(t)
}
