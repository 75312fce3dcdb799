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
	required  map[string]Reason // not seen so far; why not, if something has that name
	mounts    []lostMount       // in path order
}

// lostMount is a directory where another file system was mounted when the index
// was written, and none is now.
type lostMount struct {
	path    string // ends in "/"
	deletes int64  // below it
	filled  bool   // something below it is on both sides
	lacks   bool   // an object below it has no file, and stays
}

func newLack(p *Policy) lack {
	l := lack{direction: p.Direction, required: map[string]Reason{}}
	for _, path := range p.Require {
		l.required[path] = ""
	}
	return l
}

// see takes the verdict on s.
func (l *lack) see(s *State, v *Verdict) {
	sourceIs, why := s.LocalIs, s.Local.Problem
	if l.direction == spec.Pull {
		sourceIs, why = s.RemoteIs, s.Refused
	}
	if sourceIs == Present {
		delete(l.required, s.Path)
	} else if _, required := l.required[s.Path]; required {
		l.required[s.Path] = why
	}
	if s.Base != nil && s.Base.Mount && s.LocalIs == Absent { // whatever the bucket has at its path
		l.mounts = append(l.mounts, lostMount{path: s.Path})
	}
	for i := range l.mounts {
		if m := &l.mounts[i]; s.Path != m.path && strings.HasPrefix(s.Path, m.path) {
			m.see(s, v)
		}
	}
}

func (m *lostMount) see(s *State, v *Verdict) {
	if s.Within != "" && s.LocalIs == Unknown {
		return // a folder that is not looked into stands here too; of one that does not, what lies in it tells
	}
	_, gone := v.Action.(*DeleteRemote)
	switch {
	case gone:
		m.deletes++
	case s.LocalIs == Present && s.RemoteIs == Present:
		m.filled = true
	case s.RemoteIs != Absent:
		m.lacks = true
	}
}

// keeps reports whether the index must go on remembering m: until something below
// it is deleted, which only happens if a guard was told to let it pass, or until
// every object below it has a file again.
func (m *lostMount) keeps() bool { return m.deletes == 0 && (m.lacks || !m.filled) }

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
// though nothing is mounted there.
func (l *lack) keeps(path string) bool {
	i, found := slices.BinarySearchFunc(l.mounts, path, func(m lostMount, path string) int { return strings.Compare(m.path, path) })
	return found && l.mounts[i].keeps()
}

// keepsAny reports whether keeps is true of any path.
func (l *lack) keepsAny() bool {
	return slices.ContainsFunc(l.mounts, func(m lostMount) bool { return m.keeps() })
}

// forgetsMount reports a row by which the index forgets a mounted file system, or a
// folder that was passed over for its name. Of all that it holds only those have a
// path that ends in "/".
func forgetsMount(a Action) bool {
	_, forget := a.(*Forget)
	return forget && strings.HasSuffix(a.Where(), "/")
}

// tell writes what is lacking into sum.
func (l *lack) tell(sum *Summary) {
	for path, why := range l.required {
		if sum.Missing++; sum.Missing == 1 || path < sum.MissingAt {
			sum.MissingAt, sum.MissingWhy = path, why
		}
	}
	for _, m := range l.mounts {
		if m.deletes > 0 && sum.Unmounted == 0 {
			sum.UnmountedAt = m.path
		}
		sum.Unmounted += m.deletes
	}
}
