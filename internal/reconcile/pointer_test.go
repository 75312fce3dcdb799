package reconcile

import (
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

const lfsPointer = "version https://git-lfs.github.com/spec/v1\n" +
	"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"

func TestP13_PointersOfLFS(t *testing.T) {
	w := pushWorld(t, "prune: all")
	moved := strings.Replace(lfsPointer, "12345", "54321", 1)
	asset, icon := strings.Repeat("asset", 1000), "icon"
	w.put(map[string]string{"asset.png": asset, "icon.png": icon, "pointer.png": lfsPointer, "extra": "x"})
	w.write(map[string]string{"asset.png": lfsPointer, "icon.png": lfsPointer, "pointer.png": moved, "new.png": lfsPointer})

	var reasons []string
	w.preview(func(p *Plan) {
		for a, err := range p.Section.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			reasons = append(reasons, a.Where()+" "+string(a.Why()))
		}
	})
	want := "asset.png lfs-pointer, extra gone, icon.png lfs-pointer, new.png lfs-pointer, pointer.png content-differs"
	if got := strings.Join(reasons, ", "); got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	// An asset that is large is not read to find that it is no pointer.
	if n := w.journal.Count(ossserver.GetObject); n != 2 {
		t.Errorf("%d objects were read, want icon.png and pointer.png", n)
	}
	report, err := w.try(nil, nil)
	if err != nil || report.Conflicts != 3 || report.Held != 1 || report.Complete() {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{
		"asset.png": asset, "icon.png": icon, "pointer.png": moved, "extra": "x",
	}, w.objects())

	w.edit("to", "allow: [\"*.png\"]\nprune: all")
	w.apply()
	if got := w.objects()["asset.png"]; got != lfsPointer {
		t.Errorf("allowed, and still %.20q", got)
	}
	w.settled()
}

// A pointer that is edited or gone while it is looked at decides nothing.
func TestP13_PointerThatChanges(t *testing.T) {
	w := pushWorld(t, "")
	w.put(map[string]string{"asset.png": "icon"})
	w.write(map[string]string{"asset.png": lfsPointer})
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.GetObject {
			w.put(map[string]string{"asset.png": "other"})
		}
		return nil
	}, func() {
		w.preview(func(p *Plan) {
			for a := range p.Section.Rows() {
				if a.Why() != plan.ReasonChangedWhileRead {
					t.Errorf("%s: %s", a.Where(), a.Why())
				}
			}
		})
	})
}
