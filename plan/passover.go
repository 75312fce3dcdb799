package plan

import (
	"iter"
	"slices"
	"strings"
)

// PassesOver returns why the folder dir, without a slash at its end, is passed over
// for its name with all that is below it, or the zero Reason. A folder in which the
// spec may allow or requires something is not: there each path is judged for itself.
func (p *Policy) PassesOver(dir string) Reason {
	why := denied(p.Direction, dir)
	if why == "" || p.allowsBelow(dir) {
		return ""
	}
	if slices.ContainsFunc(p.Require, func(file string) bool { return strings.HasPrefix(file, dir+"/") }) {
		return ""
	}
	return why
}

func (p *Policy) allowsBelow(dir string) bool {
	return p.Allows != nil && (p.AllowsBelow == nil || p.AllowsBelow(dir))
}

// PassOver marks with [State.Within] the folders that are passed over for their
// names, and what is below them. A folder that only the bucket has gets a State of
// its own, right before the first below it. Of both sides of such a folder nothing
// is known; rows that the index alone has below it are left out, and so stay. The
// order of states is that of [Align], before and after. It holds one State, and can
// be ranged over as often as states can.
func (p *Policy) PassOver(states iter.Seq2[State, error]) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		m := marker{policy: p, yield: yield}
		for s, err := range states {
			if err != nil {
				yield(s, err)
				return
			}
			if !m.take(s) {
				return
			}
		}
		m.flush()
	}
}

// marker is the state of one PassOver.
type marker struct {
	policy *Policy
	yield  func(State, error) bool
	folder string // the one that the last path was in; "" none
	open   string // a directory, with its slash, that is in none
	known  *State // a folder that the index alone has so far: what is below it may still come
}

// take hands on s and what waited for it. It reports whether more is wanted.
func (m *marker) take(s State) bool {
	if m.folder == "" || !strings.HasPrefix(s.Path, m.folder) {
		m.folder = ""
		folder := m.above(s.Path)
		switch {
		case folder == "":
			return m.flush() && m.yield(s, nil)
		case !s.isThere() && s.Path == folder:
			more := m.flush()
			known := s // or each s would be on the heap
			m.known = &known
			return more
		case s.isThere():
			m.folder = folder
			return m.begin(s)
		}
	}
	if !s.isThere() {
		return true
	}
	s.Within = m.folder
	return m.yield(s, nil)
}

// begin hands on the folder, of which s is the first that shows it.
func (m *marker) begin(s State) bool {
	folder := State{Path: m.folder}
	if s.Path == m.folder {
		folder = s
	} else if m.known != nil && m.known.Path == m.folder {
		folder, m.known = *m.known, nil
	}
	folder.Within, folder.LocalIs, folder.RemoteIs = m.folder, Unknown, Unknown
	if !m.flush() || !m.yield(folder, nil) {
		return false
	}
	if s.Path == m.folder {
		return true
	}
	s.Within = m.folder
	return m.yield(s, nil)
}

// flush hands on a folder below which nothing came.
func (m *marker) flush() bool {
	known := m.known
	m.known = nil
	return known == nil || m.yield(*known, nil)
}

// above returns the folder at or above path that is passed over, the topmost, with
// its slash, or "".
func (m *marker) above(path string) string {
	dir := path[:strings.LastIndexByte(path, '/')+1]
	if dir == m.open || denied(m.policy.Direction, dir) == "" {
		m.open = dir
		return ""
	}
	for i := range len(dir) {
		if dir[i] == '/' && CheckKey(dir[:i+1]) == "" && m.policy.PassesOver(dir[:i]) != "" {
			return dir[:i+1]
		}
	}
	m.open = dir
	return ""
}

// isThere reports whether more than the index has something at the path of s.
func (s *State) isThere() bool {
	return s.LocalIs == Present || s.Local.Problem != "" || s.Remote.Path != "" || len(s.Pending) > 0
}
