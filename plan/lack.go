package plan

import (
	"slices"
	"strings"

	"github.com/osssync/osssync/spec"
)

// lack gathers what only all paths together show of a source: that files are not
// there which it must have, and that the place of a mounted file system is empty.
type lack struct {
	direction spec.Direction
	required  map[string]bool // not seen so far
	mounts    []lostMount     // in path order
}

// lostMount is a directory where another file system was mounted when the index
// was written, and none is now.
type lostMount struct {
	path    string // ends in "/"
	deletes int64  // below it
}

func newLack(p *Policy) lack {
	l := lack{direction: p.Direction, required: map[string]bool{}}
	for _, path := range p.Require {
		l.required[path] = true
	}
	return l
}

// see takes the verdict on s.
func (l *lack) see(s *State, v *Verdict) {
	sourceIs := s.LocalIs
	if l.direction == spec.Pull {
		sourceIs = s.RemoteIs
	}
	if sourceIs == Present {
		delete(l.required, s.Path)
	}
	switch v.Action.(type) {
	case *Forget:
		if s.Base != nil && s.Base.Mount {
			l.mounts = append(l.mounts, lostMount{path: s.Path})
		}
	case *DeleteRemote:
		for i := range l.mounts {
			if strings.HasPrefix(s.Path, l.mounts[i].path) {
				l.mounts[i].deletes++
			}
		}
	}
}

// mounted returns the row by which the index remembers that another file system
// was mounted at s, or nil if it does or need not. A pull deletes nothing for want
// of a file here.
func (l *lack) mounted(s *State) Action {
	if l.direction == spec.Pull || s.Local.Problem != ReasonOtherDevice || s.Base != nil && s.Base.Mount {
		return nil
	}
	return &Record{Base: Base{Path: s.Path, Mount: true}}
}

// keeps reports whether the index must go on remembering the directory at path,
// though nothing is mounted there: until something below it is deleted, which
// only happens if a guard was told to let it pass.
func (l *lack) keeps(path string) bool {
	i, found := slices.BinarySearchFunc(l.mounts, path, func(m lostMount, path string) int { return strings.Compare(m.path, path) })
	return found && l.mounts[i].deletes == 0
}

// keepsAny reports whether keeps is true of any path.
func (l *lack) keepsAny() bool {
	return slices.ContainsFunc(l.mounts, func(m lostMount) bool { return m.deletes == 0 })
}

// forgetsMount reports a row by which the index forgets a mounted file system. Of
// all that it holds only those have a path that ends in "/".
func forgetsMount(a Action) bool {
	_, forget := a.(*Forget)
	return forget && strings.HasSuffix(a.Where(), "/")
}

// tell writes what is lacking into sum.
func (l *lack) tell(sum *Summary) {
	for path := range l.required {
		if sum.Missing++; sum.Missing == 1 || path < sum.MissingAt {
			sum.MissingAt = path
		}
	}
	for _, m := range l.mounts {
		if m.deletes > 0 && sum.Unmounted == 0 {
			sum.UnmountedAt = m.path
		}
		sum.Unmounted += m.deletes
	}
}
