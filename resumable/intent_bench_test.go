package resumable

import (
	"testing"
	"time"
)

// BenchmarkIntent is what an intent adds to an upload in parts: one record, synced
// with its name, in place of none.
func BenchmarkIntent(b *testing.B) {
	store, err := NewFileStore(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	l, err := openLedger(store, binding{Op: OpUpload, Bucket: "bkt", Key: "k", File: "/f"}, "")
	if err != nil {
		b.Fatal(err)
	}
	u := &upload{opts: UploadOptions{ServerTime: func() (time.Time, bool) { return serviceNow, true }}}
	for b.Loop() {
		if _, err := u.intend(l, &uploadRecord{binding: l.want, Token: newToken(), Headers: "h", PartSize: 1, Fingerprint: Fingerprint{Size: 1}}); err != nil {
			b.Fatal(err)
		}
	}
}
