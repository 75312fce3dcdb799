package apply

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/plan"
)

// Look returns the full stat of a file that still is what a plan saw of it, for
// calls that check it once more before they act. If it is not, the error wraps
// [localfs.ErrChanged].
func Look(root *localfs.Root, path string, saw plan.Stat) (localfs.Stat, error) {
	now, err := root.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return now, fmt.Errorf("%q is gone: %w", path, localfs.ErrChanged)
	}
	if err != nil {
		return now, err
	}
	if StatOf(now) != saw {
		return now, fmt.Errorf("%q: %w", path, localfs.ErrChanged)
	}
	return now, nil
}

// StatOf takes what a plan holds of a stat. Device and mode are left out: device
// numbers may change with a reboot, and a change of mode shows in the ctime.
func StatOf(s localfs.Stat) plan.Stat {
	return plan.Stat{Size: s.Size, MtimeNs: s.MtimeNs, CtimeNs: s.CtimeNs, Inode: s.Inode}
}
