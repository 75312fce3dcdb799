package watch

import (
	"path"
	"slices"
	"strings"
	"time"
)

// Limits of a [Dirty]. A folder with many changed names is looked at as a whole, for
// reading it costs less than remembering them.
const (
	maxInFolder = 256
	maxPaths    = 4096
)

// hotFactor is how many settle times the quiet paths wait for one that is written
// without a pause, and a folder for quiet within it.
const hotFactor = 10

// Dirty is the set of paths that changed and were not looked at since. It is pure:
// times are durations since any one moment. It stays bounded: more than 256 paths in
// a folder become that folder, and more than 4096 in all become the whole tree, "".
// The zero value is empty. It is for one goroutine.
type Dirty struct {
	stains map[string]*stain
	in     map[string]int // paths right in a folder
	began  time.Duration  // when the set was empty last, or was taken from
	last   time.Duration  // when any path was touched last
}

// stain is when a path was touched.
type stain struct {
	first, last time.Duration
	folder      bool // it stands for all that is below it
}

// Len returns the number of paths. A folder counts as one.
func (d *Dirty) Len() int { return len(d.stains) }

// Add puts a path into the set: a file, or a folder with all that is below it.
func (d *Dirty) Add(now time.Duration, p string, folder bool) {
	if len(d.stains) == 0 {
		d.stains, d.in, d.began = map[string]*stain{}, map[string]int{}, now
	}
	d.last = max(d.last, now)
	for above := p; above != ""; {
		above = parent(above)
		if s := d.stains[above]; s != nil && s.folder {
			s.last = now
			return
		}
	}
	s := d.stains[p]
	if s == nil {
		s = &stain{first: now}
		d.stains[p] = s
		if p != "" {
			d.in[parent(p)]++
		}
	}
	s.last = now
	if folder && !s.folder {
		s.folder = true
		d.swallow(p, s)
	}
	switch {
	case len(d.stains) > maxPaths:
		d.Add(now, "", true)
	case p != "" && d.in[parent(p)] > maxInFolder:
		d.Add(now, parent(p), true)
	}
}

// swallow drops what is below a folder, whose stain then is as old as theirs.
func (d *Dirty) swallow(folder string, into *stain) {
	for p, s := range d.stains {
		if p != folder && below(p, folder) {
			into.first = min(into.first, s.first)
			d.drop(p)
		}
	}
}

func (d *Dirty) drop(p string) {
	delete(d.stains, p)
	if p == "" {
		return
	}
	if d.in[parent(p)]--; d.in[parent(p)] == 0 {
		delete(d.in, parent(p))
	}
}

// Due returns when to take from the set: as soon as every path is quiet for settle,
// and at most ten times that after the first was touched, if one of them is ready
// then. ok is false if the set is empty.
func (d *Dirty) Due(settle time.Duration) (at time.Duration, ok bool) {
	if len(d.stains) == 0 {
		return 0, false
	}
	earliest := time.Duration(-1)
	for _, s := range d.stains {
		if ready := s.ready(settle); earliest < 0 || ready < earliest {
			earliest = ready
		}
	}
	return max(earliest, min(d.last+settle, d.began+hotFactor*settle)), true
}

// ready is when a path may be looked at. A file has to be quiet; in a folder there
// always is something to look at beside what is written without a pause.
func (s *stain) ready(settle time.Duration) time.Duration {
	if s.folder {
		return min(s.last+settle, s.first+hotFactor*settle)
	}
	return s.last + settle
}

// Take removes the paths that are ready and returns them sorted.
func (d *Dirty) Take(now, settle time.Duration) []string {
	var ready []string
	for p, s := range d.stains {
		if s.ready(settle) <= now {
			ready = append(ready, p)
		}
	}
	for _, p := range ready {
		d.drop(p)
	}
	d.began = now
	slices.Sort(ready)
	return ready
}

// Clear empties the set.
func (d *Dirty) Clear() { *d = Dirty{} }

// parent returns the folder of a path, "" at the top.
func parent(p string) string {
	if dir := path.Dir(p); dir != "." {
		return dir
	}
	return ""
}

func below(p, folder string) bool { return folder == "" || strings.HasPrefix(p, folder+"/") }
