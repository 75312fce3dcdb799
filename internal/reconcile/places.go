package reconcile

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"

	"github.com/osssync/osssync/spec"
)

// checkPlaces refuses a mapping whose tree, when symbolic links are followed, is
// what the spec would refuse if it were written out: the machine or a home folder,
// a tree that another mapping works on, or the objects of an embedded store.
//
// RACE: a link that is replaced after the look leads where it then leads.
func (s *Session) checkPlaces(m *spec.Mapping) error {
	fact, hint := wholeMachine(m)
	if fact == "" {
		fact, hint = s.sharedTree(m)
	}
	if fact == "" {
		fact, hint = s.sharedStore(m)
	}
	if fact == "" {
		return nil
	}
	return &SetupError{Mapping: m.Name, Fact: fact, Hint: hint}
}

// wholeMachine says that the tree holds a whole file system or a home folder
// although files that are extra are deleted.
func wholeMachine(m *spec.Mapping) (fact, hint string) {
	if m.Prune == spec.PruneNever {
		return "", ""
	}
	root := resolved(m.Root)
	holdsHome := slices.ContainsFunc(homes(), func(home string) bool {
		_, inside := below(home, root)
		return inside
	})
	if !holdsHome && filepath.Dir(root) != root {
		return "", ""
	}
	return fmt.Sprintf("the tree %q is %q, which holds a home folder or a whole file system, with prune: %s", m.Root, root, m.Prune),
		"name a folder below it, or write prune: never"
}

// homes returns the home folders of the user: that of the environment, and that of
// the system, which an environment without variables does not hide.
func homes() []string {
	var list []string
	if home, err := os.UserHomeDir(); err == nil && home != "" {
		list = append(list, home)
	}
	if account, err := user.Current(); err == nil && account.HomeDir != "" {
		list = append(list, account.HomeDir)
	}
	return list
}

// sharedTree says that another mapping works on a part of the tree, and one of the
// two pulls.
func (s *Session) sharedTree(m *spec.Mapping) (fact, hint string) {
	for i := range s.spec.Mappings {
		other := &s.spec.Mappings[i]
		if other.Name == m.Name || other.Direction == spec.Push && m.Direction == spec.Push || !sees(m, other.Root) && !sees(other, m.Root) {
			continue
		}
		return fmt.Sprintf("the tree %q overlaps with %q, that of mapping %q, and one of them pulls", m.Root, other.Root, other.Name),
			"symbolic links lead to one place; keep the trees apart, or exclude the inner one in the mapping of the outer one"
	}
	return "", ""
}

// sharedStore says that the tree and an embedded store are in one another, or that
// the store of m is another one's folder too.
func (s *Session) sharedStore(m *spec.Mapping) (fact, hint string) {
	const linked = "symbolic links lead to one place; "
	ours, _ := s.spec.Store(m.Store)
	for _, store := range s.spec.Stores {
		if store.Embedded == "" {
			continue
		}
		if _, inside := below(m.Root, store.Embedded); inside || sees(m, store.Embedded) {
			return fmt.Sprintf("the tree %q overlaps with %q, the folder of store %q", m.Root, store.Embedded, store.Name),
				linked + "keep the store outside, or exclude its folder"
		}
		if store.Name != ours.Name && ours.Embedded != "" && resolved(store.Embedded) == resolved(ours.Embedded) {
			return fmt.Sprintf("the stores %q and %q are one folder, %q", ours.Name, store.Name, resolved(ours.Embedded)),
				linked + "use one store for both"
		}
	}
	return "", ""
}

// sees reports whether the mapping looks at folder or below it.
func sees(m *spec.Mapping, folder string) bool {
	path, inside := below(folder, m.Root)
	if path == "." {
		path = ""
	}
	return inside && m.MatchDir(path)
}
