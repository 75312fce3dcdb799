package plan

import (
	"strings"

	"github.com/osssync/osssync/spec"
)

// occupant is a path that holds a file or an object and that a later path may
// lie below.
type occupant struct {
	path    string
	class   Class
	local   bool // a local file
	remote  bool // an object
	deletes bool // its verdict deletes it
	brings  bool // or gives the target content that it does not have
	owned   bool // and the index says that this mapping put it there
	settled bool // a conflict already
}

// nesting finds names that are a file and a directory at once: "a" next to
// "a/b", with any number of names like "a-x" sorted in between. It keeps the
// occupants that the current path could still lie below; since each is a prefix
// of the next, there are at most as many as the path has bytes.
type nesting struct {
	direction spec.Direction
	open      []occupant
}

// enter moves on to the path of s. It reports whether s collides with occupants
// above it, and returns those of them that have to be turned into conflicts.
// What the walk could not take for a file is no occupant, but shows that the
// paths above it are directories. The occupants' slots are valid until the next
// call.
func (n *nesting) enter(s *State, v *Verdict) (collides bool, retract []*occupant) {
	keep := 0
	for keep < len(n.open) && mayLieBelow(s.Path, n.open[keep].path) {
		keep++
	}
	n.open = n.open[:keep]

	here := occupant{
		path:   s.Path,
		class:  v.Class,
		local:  s.LocalIs == Present,
		remote: s.RemoteIs == Present,
		brings: bringsContent(v.Action),
		owned:  v.Owned,

		settled: v.Class == ClassBlocked,
	}
	switch v.Action.(type) {
	case *DeleteRemote, *DeleteLocal:
		here.deletes = true
	}
	occupied := here.local || here.remote
	if !occupied && s.Local.Problem == "" {
		return false, nil
	}
	for i := range n.open {
		above := &n.open[i]
		if !strings.HasPrefix(s.Path[len(above.path):], "/") || !n.collide(above, &here) {
			continue
		}
		collides = true
		if !above.settled {
			above.settled = true
			retract = append(retract, above)
		}
	}
	if occupied {
		here.settled = here.settled || collides
		n.open = append(n.open, here)
	}
	return collides, retract
}

// mayLieBelow reports whether path, or a path after it, can lie below top: while
// the order has not gone past everything that starts with top and a slash.
func mayLieBelow(path, top string) bool {
	return strings.HasPrefix(path, top) && len(path) > len(top) && path[len(top)] <= '/'
}

// collide reports whether above and below exclude one another. In a tree they
// always do. A bucket may hold both, and does so on the way from a file to a
// directory of that name, between upload and delete; so objects exclude one
// another only if no delete of one of them is certain: the index says that this
// mapping put it there, or the local tree shows which of the two is meant.
func (n *nesting) collide(above, below *occupant) bool {
	if n.direction == spec.Pull {
		return above.remote || below.remote
	}
	if !above.remote || !below.remote {
		return false
	}
	certain := below.deletes && (below.owned || above.local) || above.deletes && (above.owned || below.local)
	return !certain
}
