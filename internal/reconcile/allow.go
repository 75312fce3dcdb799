package reconcile

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/osssync/osssync/spec"
)

// checkAllowed refuses a mapping whose tree, or whose embedded store, is outside
// the folders of Options.AllowedRoots. Symbolic links are followed: what a spec
// names may be one.
//
// RACE: a link that is replaced after the look leads where it then leads.
func (s *Session) checkAllowed(m *spec.Mapping) error {
	store, _ := s.spec.Store(m.Store)
	for _, place := range []struct{ what, path string }{{"tree", m.Root}, {"folder of the embedded store", store.Embedded}} {
		if place.path == "" || len(s.opts.AllowedRoots) == 0 || slices.ContainsFunc(s.opts.AllowedRoots, func(allowed string) bool {
			return Inside(place.path, allowed)
		}) {
			continue
		}
		return &SetupError{Mapping: m.Name,
			Fact: fmt.Sprintf("the %s %q is in no folder of --allow-root", place.what, place.path),
			Hint: "nothing was changed; a spec alone cannot name other folders"}
	}
	return nil
}

// Inside reports whether path is folder or lies below it, whatever symbolic links lead
// to either.
func Inside(path, folder string) bool {
	_, inside := below(path, folder)
	return inside
}

// below reports whether path is folder or lies below it, whatever symbolic links
// lead to either, and gives the rest of the way.
func below(path, folder string) (rest string, inside bool) {
	rest, err := filepath.Rel(resolved(folder), resolved(path))
	if err != nil || rest == ".." || strings.HasPrefix(rest, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rest), true
}
