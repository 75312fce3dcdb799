package reconcile

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
)

// A pull that the disk cannot hold is refused whole; one that just fits is not,
// and neither is one that only replaces.
func TestL6_NoRoomForThePlan(t *testing.T) {
	full := strings.Repeat("x", 1000)
	w := pullWorld(t, "")
	asked := 0
	w.free = func(dir string) (int64, bool) {
		if asked++; dir != w.tree {
			t.Errorf("asked of %q", dir)
		}
		return 1999, true
	}
	w.put(map[string]string{"a": full, "b": full})
	_, err := w.try(nil, nil)
	if !errors.Is(err, syscall.ENOSPC) || fault.Of(err) != fault.Disk || !strings.Contains(err.Error(), "needs 2000 bytes, with 1999 free") {
		t.Errorf("%v", err)
	}
	if n := w.journal.Count(ossserver.GetObject); n > 0 || len(w.files()) > 0 {
		t.Errorf("%d objects were fetched, files %v", n, w.files())
	}
	w.free = func(string) (int64, bool) { return 2000, true }
	w.apply()

	w.put(map[string]string{"a": strings.Repeat("y", 1001), "b": strings.Repeat("y", 999)})
	w.free = func(string) (int64, bool) { return 0, true }
	w.apply()
	w.settled()

	w.free = func(string) (int64, bool) { return 999, true }
	w.put(map[string]string{"a": full})
	w.write(map[string]string{"a": "an edit, which goes to the trash"})
	if _, err := w.try(nil, nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a file that is kept gives no room: %v", err)
	}
	w.free = func(string) (int64, bool) { return 0, false }
	w.apply()
	if asked == 0 {
		t.Error("nobody asked for the room")
	}
}

func TestL6_FreeBytes(t *testing.T) {
	if free, known := freeBytes(t.TempDir()); known && free <= 0 {
		t.Errorf("%d bytes are free", free)
	}
	if _, known := freeBytes(t.TempDir() + "/none"); known {
		t.Error("of a folder that is not there")
	}
}
