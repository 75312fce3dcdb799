package resumable

import "testing"

// A part that was stored while its answer was lost is not sent again by the call
// after: the listing of parts tells.
func TestM6_AnswerToAPartIsLost(t *testing.T) {
	r := newRig(t, noise(6, 4*kib))
	r.inject(func(_ int, c call) *fault {
		if c.op == "PART" && c.part == 2 {
			return &fault{lost: true}
		}
		return nil
	})
	if _, err := r.upload(t, func(o *UploadOptions) { o.Parts = 1 }); err == nil || r.store.len() != 1 {
		t.Fatalf("error %v, %d records", err, r.store.len())
	}
	r.inject(nil)
	if res := r.mustUpload(t); res.PartsKept != 2 || res.PartsSent != 2 {
		t.Errorf("%d parts kept, %d sent", res.PartsKept, res.PartsSent)
	}
}
