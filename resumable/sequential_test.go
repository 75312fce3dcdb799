package resumable

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUP28_Sequential(t *testing.T) {
	sequential := func(o *UploadOptions) { o.Sequential, o.Parts = true, 8 }
	t.Run("parts go in order, whatever the number of workers", func(t *testing.T) {
		r := newRig(t, noise(4, 6*kib))
		r.mustUpload(t, sequential)
		want := []string{"INIT", "PART1", "PART2", "PART3", "PART4", "PART5", "PART6", "COMPLETE"}
		if diff := cmp.Diff(want, r.ops()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a lost answer is asked for again", func(t *testing.T) {
		r := newRig(t, noise(4, 4*kib))
		r.inject(onceOn("PART", &fault{lost: true}))
		r.mustUpload(t, sequential)
	})
	for name, row := range map[string]struct {
		have []int
		want []string
	}{
		"stored from the start: goes on": {[]int{1, 2}, []string{"LIST", "PART3", "PART4", "PART5", "COMPLETE"}},
		"stored with a gap: starts over": {[]int{1, 3}, []string{"LIST", "ABORT", "INIT", "PART1", "PART2", "PART3", "PART4", "PART5", "COMPLETE"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noise(4, 5*kib))
			r.interrupt(t, row.have...)
			res := r.mustUpload(t, sequential)
			if diff := cmp.Diff(row.want, r.ops()); diff != "" {
				t.Error(diff)
			}
			if res.PartsKept+res.PartsSent != 5 || r.uploads() != 0 {
				t.Errorf("%d parts kept, %d sent, %d uploads left", res.PartsKept, res.PartsSent, r.uploads())
			}
		})
	}
}
