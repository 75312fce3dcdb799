package reconcile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/osssync/osssync/apply"
)

// The object of a file that was renamed to what is not sent stays, and what holds
// its delete is named. Once that is excluded, the delete is done.
func TestD17_RenameToWhatIsNotSent(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{"doc": "content", "same": "s"})
	w.apply()
	if err := os.Rename(filepath.Join(w.tree, "doc"), filepath.Join(w.tree, "doc.pem")); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"new": "n"})
	report, err := w.try(nil, func(r apply.Result) {
		if r.Outcome == apply.Held && (r.Action.Where() != "doc" || !strings.Contains(r.Err.Error(), `"doc.pem" is not sent`)) {
			t.Errorf("%q: %v", r.Action.Where(), r.Err)
		}
	})
	if err != nil || report.Done != 1 || report.Held != 1 || report.Complete() {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "objects", map[string]string{"doc": "content", "new": "n", "same": "s"}, w.objects())
	w.edit("to", "prune: managed\nexclude: [\"*.pem\"]")
	w.apply()
	equal(t, "objects", map[string]string{"new": "n", "same": "s"}, w.objects())
}

// A secret that always stood there is no trouble as long as nothing is deleted.
func TestP16_SecretAloneHoldsNothing(t *testing.T) {
	w := pushWorld(t, "prune: managed")
	w.write(map[string]string{".env": "secret", "a": "a"})
	w.apply()
	equal(t, "objects", map[string]string{"a": "a"}, w.objects())
}
