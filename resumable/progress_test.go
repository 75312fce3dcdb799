package resumable

import (
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkProgress wants what PR-4 promises.
func checkProgress(t testing.TB, told []int64, total int64) {
	t.Helper()
	for i, done := range told {
		if done > total || i > 0 && done < told[i-1] {
			t.Errorf("PR-4: done goes %v", told)
			return
		}
	}
	if len(told) == 0 || told[len(told)-1] != total {
		t.Errorf("PR-4: done goes %v, must end with %d", told, total)
	}
}

func TestPR3_OneWorkerUpload(t *testing.T) {
	r := newRig(t, noise(1, 3*kib+5))
	var told []int64
	note := func(o *UploadOptions) {
		o.Progress = func(done, total int64) {
			told = append(told, done)
			if total != 3*kib+5 {
				t.Errorf("PR-2: total %d", total)
			}
			if done == total && len(r.calls("COMPLETE")) != 0 {
				t.Error("PR-5: final call after Complete")
			}
		}
	}
	r.mustUpload(t, note)
	if diff := cmp.Diff([]int64{0, kib, 2 * kib, 3 * kib, 3*kib + 5}, told); diff != "" {
		t.Error(diff)
	}
	r.interrupt(t, 2, 4)
	told = nil
	r.mustUpload(t, note)
	if diff := cmp.Diff([]int64{kib + 5, 2*kib + 5, 3*kib + 5}, told); diff != "" {
		t.Errorf("resumed: %s", diff)
	}
	r.interrupt(t, 1, 2, 3, 4)
	told = nil
	r.mustUpload(t, note)
	if diff := cmp.Diff([]int64{3*kib + 5}, told); diff != "" {
		t.Errorf("PR-6: %s", diff)
	}
}

func TestPR4_ManyWorkers(t *testing.T) {
	r := newRig(t, noise(1, 64*kib))
	var inside atomic.Int32
	var told []int64
	listen := func(done, _ int64) {
		if inside.Add(1) != 1 {
			t.Error("PR-2: calls overlap")
		}
		told = append(told, done)
		inside.Add(-1)
	}
	r.mustUpload(t, func(o *UploadOptions) { o.Parts, o.Progress = 8, listen })
	checkProgress(t, told, 64*kib)
	told = nil
	r.mustDownload(t, func(o *DownloadOptions) { o.Parts, o.Progress = 8, listen })
	checkProgress(t, told, 64*kib)
}

func TestPR7_Plain(t *testing.T) {
	r := newRig(t, noise(1, 300<<10))
	var told []int64
	listen := func(done, total int64) {
		if total != 300<<10 {
			t.Errorf("total %d", total)
		}
		told = append(told, done)
	}
	r.inject(onceOn("PUT", &fault{late: 500})) // PR-8: sent twice, never back
	r.mustUpload(t, func(o *UploadOptions) { o.Threshold, o.Progress = 0, listen })
	checkProgress(t, told, 300<<10)
	told = nil
	r.inject(onceOn("GET", &fault{cut: 100 << 10}))
	r.mustDownload(t, func(o *DownloadOptions) { o.Threshold, o.Progress = 0, listen })
	checkProgress(t, told, 300<<10)
	r.inject(nil)

	r.write(t, nil)
	told = nil
	r.mustUpload(t, func(o *UploadOptions) { o.Progress = func(done, total int64) { told = append(told, done, total) } })
	if diff := cmp.Diff([]int64{0, 0}, told); diff != "" {
		t.Errorf("empty file: %s", diff)
	}
}

// Fine progress moves within a part, and also when one is sent anew.
func TestPR4_FineProgress(t *testing.T) {
	const size = 3 << 20
	r := newRig(t, noise(1, size))
	var told []int64
	listen := func(done, _ int64) { told = append(told, done) }
	r.inject(onceOn("PART", &fault{late: 500}))
	r.mustUpload(t, func(o *UploadOptions) {
		o.PartSize, o.Parts, o.Progress, o.FineProgress = 1<<20, 2, listen, true
	})
	checkProgress(t, told, size)
	if len(told) < 20 {
		t.Errorf("told %d times of three parts up", len(told))
	}
	told = nil
	r.inject(onceOn("GET", &fault{cut: 100 << 10}))
	r.mustDownload(t, func(o *DownloadOptions) {
		o.PartSize, o.Parts, o.Progress, o.FineProgress = 1<<20, 2, listen, true
	})
	checkProgress(t, told, size)
	if len(told) < 10 {
		t.Errorf("told %d times of three ranges down", len(told))
	}
}
