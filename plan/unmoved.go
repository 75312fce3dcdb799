package plan

import (
	"strings"

	"github.com/osssync/osssync/spec"
)

// unmoved reports whether a push meets content at s that it does not send because
// of what it is called, or because it cannot be read. A file that was renamed to
// such a name looks gone at its old one, so deletes must not rely on that. Content
// that the bucket has under that very name does not count.
func (p *Policy) unmoved(s *State, byName bool) bool {
	if p.Direction != spec.Push || s.RemoteIs == Present {
		return false
	}
	if byName {
		// What lies in .git and the like was not renamed into it by accident.
		above := strings.LastIndexByte(s.Path, '/')
		return s.LocalIs == Present && (above < 0 || denied(p.Direction, s.Path[:above]) == "")
	}
	switch s.Local.Problem {
	case ReasonSymlink, ReasonSymlinkRefused, ReasonSymlinkEscapes, ReasonSymlinkLoop, ReasonSymlinkBroken,
		ReasonFIFO, ReasonSocket, ReasonDevice, ReasonIrregular, ReasonOtherDevice:
		return false // no content of the tree
	case "":
		return s.LocalIs == Present // too long or too large
	}
	return true
}
