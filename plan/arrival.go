package plan

import "strings"

// maxArrivalSizes bounds the sizes that are told apart: beyond it every delete waits.
const maxArrivalSizes = 1000

// arrivals are the names, passed over by a push, that no apply has shown as they are.
// What was renamed to one of them looks gone at its old name. A rename keeps the size
// of a file; of what a folder holds nothing is known.
type arrivals struct {
	bySize map[int64]string // a file of each size
	whole  string           // a folder, or the file with which there were too many sizes: any delete waits; "" none
}

// see takes a path whose verdict is New.
func (r *arrivals) see(s *State) {
	if r.bySize == nil {
		r.bySize = map[int64]string{}
	}
	size := s.Local.Stat.Size
	_, known := r.bySize[size]
	switch {
	case r.whole != "":
	case s.isPassed() || !known && len(r.bySize) == maxArrivalSizes:
		r.whole = s.Path
	case !known:
		r.bySize[size] = s.Path
	}
}

func (r *arrivals) any() bool { return r.whole != "" || len(r.bySize) > 0 }

// hold returns the delete, or one that waits for the name that may have the content
// of its object now.
func (r *arrivals) hold(d *DeleteRemote) *DeleteRemote {
	name, same := r.bySize[d.Before.Size]
	if !same {
		name = r.whole
	}
	if name == "" {
		return d
	}
	held := *d
	held.HeldFor = name
	return &held
}

// isVersionControl reports a folder that every checkout brings along. Its slash may
// stand at its end.
func isVersionControl(folder string) bool {
	folder = strings.TrimSuffix(folder, "/")
	switch folded(folder[strings.LastIndexByte(folder, '/')+1:]) {
	case ".git", ".hg", ".svn":
		return true
	}
	return false
}

// inVersionControl reports whether path lies below such a folder.
func inVersionControl(path string) bool {
	path = strings.TrimSuffix(path, "/")
	for i := range len(path) {
		if path[i] == '/' && isVersionControl(path[:i]) {
			return true
		}
	}
	return false
}
