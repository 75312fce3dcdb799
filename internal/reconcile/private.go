package reconcile

import (
	"fmt"
	"io/fs"

	"github.com/osssync/osssync/internal/disk"
)

// checkPrivate refuses a state folder that another user could change: what is in
// it decides what may be deleted.
func (p *Plan) checkPrivate() error {
	for _, dir := range []struct {
		path   string
		shared bool // root may own it, as it does a folder of folders
	}{{p.session.opts.StateDir, true}, {p.state, false}} {
		info, err := disk.StatPath(dir.path)
		if err != nil {
			return fmt.Errorf("state folder: %w", err)
		}
		if fact := exposed(ownerOf(info), dir.shared, info.Mode()); fact != "" {
			return &SetupError{Mapping: p.Mapping.Name,
				Fact: fmt.Sprintf("the state folder %q %s", dir.path, fact),
				Hint: "nothing was changed; make it your own (chown, chmod go-w), or choose another --state-dir"}
		}
	}
	return nil
}

// owner says whose a folder is.
type owner int

const (
	ownerUser  owner = iota // this process's user; also where folders have no owners
	ownerRoot               // root, who this process is not
	ownerOther              // anybody else
)

// exposed returns what lets other users change a folder, or "".
func exposed(by owner, shared bool, mode fs.FileMode) string {
	switch {
	case by == ownerOther, by == ownerRoot && !shared:
		return "belongs to another user"
	case mode.Perm()&0o002 != 0 && mode&fs.ModeSticky == 0 && hasModes:
		return fmt.Sprintf("can be written by every user (mode %04o)", mode.Perm())
	}
	return ""
}
