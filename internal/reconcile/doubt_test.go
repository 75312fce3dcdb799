package reconcile

import (
	"fmt"
	"slices"
	"testing"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
)

const partFields = "transfer: {threshold: 100KiB, partSize: 100KiB, files: 1, parts: 1}\nuploads: {abortAfter: 1h}"

// TestM4_AnswerToInitiateIsLost: uploads that nobody knows by their ids, because the
// client asked again, are told of by the intent that is left, and aborted by the next
// apply, however young.
func TestM4_AnswerToInitiateIsLost(t *testing.T) {
	for times := 1; times <= 2; times++ {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			w := pushWorld(t, partFields)
			w.write(map[string]string{"large": large})
			lost := 0
			w.during(func(r ossserver.Request) *ossserver.Fault {
				if r.Operation != ossserver.InitiateMultipartUpload || lost == times {
					return nil
				}
				lost++
				return &ossserver.Fault{When: ossserver.AfterCommit, Drop: true}
			}, func() { w.apply() })
			equal(t, "objects", map[string]string{"large": large}, w.objects())
			w.left(t, times, 1)
			w.preview(func(p *Plan) {
				got := slices.DeleteFunc(rows(t, p), func(row string) bool { return row == "record large" })
				if want := slices.Repeat([]string{"abort large"}, times); !slices.Equal(got, want) {
					t.Errorf("%q", got)
				}
			})
			w.apply()
			w.left(t, 0, 0)
			equal(t, "objects", map[string]string{"large": large}, w.objects())
		})
	}
}

// TestM13_TokenExpires has the credentials expire after the first part.
func TestM13_TokenExpires(t *testing.T) {
	w := pushWorld(t, partFields)
	w.write(map[string]string{"large": large, "z": "z"})
	parts := 0
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.UploadPart {
			parts++
		}
		if parts > 1 {
			return &ossserver.Fault{Status: 403, Code: "SecurityTokenExpired"}
		}
		return nil
	}, func() {
		report, err := w.try(nil, nil)
		if fault.Of(err) != fault.Denied || fault.Hint(err) == "" || report.Done != 0 {
			t.Errorf("%+v, %v", report, err)
		}
	})
	if parts != 2 {
		t.Errorf("%d parts were tried with what had expired", parts-1)
	}
	w.journal.Reset()
	w.apply()
	if n := w.journal.Count(ossserver.UploadPart); n != 2 {
		t.Errorf("%d parts were sent, 1 of 3 was stored", n)
	}
	equal(t, "objects", map[string]string{"large": large, "z": "z"}, w.objects())
}

// TestR5_RequestsAreCountedInThePlan: a run without trouble sends what its plan
// says, and a plan looks at no object that the listing tells enough of.
func TestR5_RequestsAreCountedInThePlan(t *testing.T) {
	for _, direction := range []string{"to", "from"} {
		t.Run(direction, func(t *testing.T) {
			w := newWorld(t, t.TempDir(), direction, pullFields, 1)
			defer w.close()
			files := map[string]string{"same": "s", "changed": "1", "gone": "g"}
			w.side(true, files)
			w.side(false, files)
			w.apply()
			source := direction == "to"
			w.side(source, map[string]string{"changed": "2", "new": "n", "large": large, "gone": absent})
			w.journal.Reset()
			p, err := w.session().Prepare(ctx, w.mapping(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			looks := w.journal.Count(ossserver.HeadObject)
			if want := map[bool]int{true: 1, false: 1}[source]; looks > want { // for the CRC-64 of what changed
				t.Errorf("%d looks for a plan, want %d", looks, want)
			}
			w.journal.Reset()
			report, err := p.Run(ctx, nil, nil)
			if err != nil || !report.Complete() || report.Done != 4 {
				t.Errorf("%+v, %v", report, err)
			}
			if sent := int64(len(w.journal.Exchanges())); sent != p.Section.Summary.Cost.Requests {
				t.Errorf("%d requests, %d planned", sent, p.Section.Summary.Cost.Requests)
			}
		})
	}
}
