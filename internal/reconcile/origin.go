package reconcile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/index"
)

// machineVariable names the machine that state belongs to. It is for containers
// and for jobs that keep their state: what counts there is not on which machine
// they run.
const machineVariable = "OSSSYNC_MACHINE"

// origin returns what state of a mapping is bound to besides the mapping itself:
// the machine, and the file system that the root is on. State from elsewhere, of a
// folder that was copied, an image, or a tree on a disk that is not mounted, says
// what was true there: what it calls this mapping's own may be somebody else's.
//
// The folder at the root may be another one than before: builds make theirs anew.
func (s *Session) origin(root string) string {
	look := fileSystem
	if s.fileSystem != nil {
		look = s.fileSystem
	}
	return identity(machine(s.opts.Getenv), look(nearest(root)))
}

// checkOrigin goes on without the index that was opened if it is from elsewhere,
// with that of this place if it was kept.
func (p *Plan) checkOrigin() error {
	origin, err := p.index.Origin()
	if errors.Is(err, index.ErrDamaged) {
		return p.dropIndex()
	}
	if err != nil || origin == p.origin {
		return err
	}
	p.elsewhere = keptIndex(p.state, origin)
	err = p.index.Close()
	p.index = nil
	if err == nil {
		err = p.openKept()
	}
	if err == nil && p.index == nil {
		p.Notices = append(p.Notices, Notice{
			Fact: fmt.Sprintf("the state of mapping %q is of another machine, or of a tree on another disk: it is not used, so all is compared anew, and nothing counts as put there by this mapping", p.Mapping.Name),
			Hint: "in a container, or a job that keeps its state, set " + machineVariable + " to a name that stays the same",
		})
	}
	return err
}

// machine returns a name of this machine that stays: the one that it is given, the
// one that its installation made up, or the first part of its host name, since the
// rest follows the network.
func machine(getenv func(string) string) string {
	if name := getenv(machineVariable); name != "" {
		return "named " + name
	}
	if id, err := disk.ReadFile("/etc/machine-id"); err == nil {
		if text := strings.TrimSpace(string(id)); text != "" && text != "uninitialized" {
			return "installation " + text
		}
	}
	host, _ := os.Hostname()
	first, _, _ := strings.Cut(host, ".")
	return "host " + first
}

// nearest returns path, or the closest folder above it that exists.
func nearest(path string) string {
	for {
		_, err := disk.StatPath(path)
		above := filepath.Dir(path)
		if err == nil || above == path {
			return path
		}
		path = above
	}
}
