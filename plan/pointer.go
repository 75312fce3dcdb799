package plan

import (
	"strings"

	"github.com/osssync/osssync/spec"
)

// A pointer of Git LFS stands in a working tree where the content was not checked
// out. By its specification it is smaller than MaxPointer bytes and begins with
// pointerStart, with which a line ends; a checkout may have given it a carriage return.
const (
	MaxPointer   = 1024
	pointerStart = "version https://git-lfs.github.com/spec/v1"
)

// IsPointer reports whether content, the whole of a file or object, is a pointer
// of Git LFS.
func IsPointer(content []byte) bool {
	rest, found := strings.CutPrefix(string(content), pointerStart)
	return found && len(content) < MaxPointer && (strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n"))
}

// mayBePointer reports whether a pointer can have size bytes.
func mayBePointer(size int64) bool { return size > int64(len(pointerStart)) && size < MaxPointer }

// replace moves the source's content to where the target has another, or nothing.
func (p *Policy) replace(s *State, e *Evidence, why Reason) Verdict {
	if p.Direction == spec.Push && mayBePointer(s.Local.Stat.Size) && !p.allows(s.Path) {
		switch {
		case !e.PointerKnown:
			return Verdict{Ask: AskPointer}
		case e.Pointer:
			return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: ReasonLFSPointer, Due: true}}
		}
	}
	return p.transfer(s, why)
}
