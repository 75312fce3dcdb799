//go:build failpoint

package powerloss

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"math/rand/v2"
	"slices"
)

// sector is what a disk writes whole or not at all, in bytes.
const sector = 512

// State is what a disk holds after the power was gone.
type State struct {
	log    *Log
	files  map[int]*file          // contents, by node
	names  map[int]map[string]int // by folder
	Remote int                    // last state of the service; none: that of the beginning
}

// file is a content with its time.
type file struct {
	content []byte
	mtime   int64
	shared  bool // content is the log's
}

// fate is what becomes of what was not synced.
type fate int

const (
	lost fate = iota
	kept
	zeroed // content: its place is there, its bytes are not
	torn   // content: some sectors of it
)

// temper is how a power loss treats what was not synced.
type temper func(random *rand.Rand, e *event) fate

var tempers = []temper{
	func(*rand.Rand, *event) fate { return lost },
	func(*rand.Rand, *event) fate { return kept },
	func(_ *rand.Rand, e *event) fate { // names before contents, as with late allocation
		if e.do == content {
			return zeroed
		}
		return kept
	},
	func(_ *rand.Rand, e *event) fate { // contents before names
		if e.do == name {
			return lost
		}
		return kept
	},
	func(random *rand.Rand, e *event) fate {
		if e.do == content {
			return fate(random.IntN(4))
		}
		return fate(random.IntN(2))
	},
}

// Crash draws a state in which the disk may be if the power is gone after the first
// n events.
func (l *Log) Crash(n int, random *rand.Rand) *State {
	if n > 0 && n < len(l.events) && l.events[n].do == name && l.events[n].pair == n-1 {
		n++ // a rename is one call
	}
	s := &State{log: l, files: map[int]*file{}, names: map[int]map[string]int{}, Remote: none}
	var waiting []int // events that no sync covers
	for i := range n {
		e := &l.events[i]
		switch e.do {
		case stored:
			s.Remote = e.remote
		case whole:
			*s.file(e.node) = file{content: e.content, mtime: e.mtime, shared: true}
		case synced:
			waiting = slices.DeleteFunc(waiting, func(earlier int) bool {
				if w := &l.events[earlier]; earlier >= e.upto || w.node != e.node {
					return false
				}
				s.do(&l.events[earlier], kept, random)
				return true
			})
		default:
			waiting = append(waiting, i)
		}
	}
	temper := tempers[random.IntN(len(tempers))]
	fates := map[int]fate{}
	for _, i := range waiting {
		e := &l.events[i]
		fates[i] = temper(random, e)
		if e.do == name && e.pair != none {
			fates[i] = s.renamed(e, i, waiting, fates)
		}
		s.do(e, fates[i], random)
	}
	return s
}

// renamed is what becomes of one half of a rename. A file system may show a file
// under both names, if they are in two folders, but never under neither.
func (s *State) renamed(e *event, i int, waiting []int, fates map[int]fate) fate {
	other := &s.log.events[e.pair]
	switch {
	case e.to != none: // the new name
		if !slices.Contains(waiting, e.pair) {
			return kept // the old one is gone for good
		}
	case !slices.Contains(waiting, e.pair): // the old name; the new one is there for good
		if other.node == e.node {
			return kept
		}
	case fates[e.pair] == lost:
		return lost
	case other.node == e.node:
		return kept
	}
	return fates[i]
}

// file gives the content of a node, for changing.
func (s *State) file(id int) *file {
	f := s.files[id]
	if f == nil {
		n := &s.log.nodes[id]
		f = &file{content: n.content, mtime: n.mtime, shared: true}
		s.files[id] = f
	}
	return f
}

// folder gives the names in a folder, for changing.
func (s *State) folder(id int) map[string]int {
	if s.names[id] == nil {
		s.names[id] = maps.Clone(s.log.nodes[id].names)
	}
	return s.names[id]
}

// do lets an event have its fate.
func (s *State) do(e *event, f fate, random *rand.Rand) {
	if f == lost {
		return
	}
	switch e.do {
	case name:
		if e.to == none {
			delete(s.folder(e.node), e.name)
		} else {
			s.folder(e.node)[e.name] = e.to
		}
	case content:
		s.file(e.node).write(e, f, random)
	case cut:
		s.file(e.node).resize(e.size)
		s.file(e.node).mtime = e.mtime
	case times:
		s.file(e.node).mtime = e.mtime
	}
}

func (f *file) write(e *event, how fate, random *rand.Rand) {
	if end := e.offset + int64(len(e.content)); end > int64(len(f.content)) {
		f.resize(end)
	}
	f.own()
	f.mtime = e.mtime
	for at, next := 0, 0; at < len(e.content); at = next {
		next = min(at+sector-int(e.offset+int64(at))%sector, len(e.content))
		piece := e.content[at:next]
		place := f.content[e.offset+int64(at):][:len(piece)]
		switch {
		case how == zeroed:
			clear(place)
		case how == kept, random.IntN(2) == 0:
			copy(place, piece)
		}
	}
}

func (f *file) resize(size int64) {
	resized := make([]byte, size)
	copy(resized, f.content)
	f.content, f.shared = resized, false
}

func (f *file) own() {
	if f.shared {
		f.content, f.shared = slices.Clone(f.content), false
	}
}

// Digest is the same for states that an apply cannot tell apart.
func (s *State) Digest() [sha256.Size]byte {
	h := sha256.New()
	number(h, int64(s.Remote))
	for root := range s.log.roots {
		s.digest(h, root)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func (s *State) digest(h hash.Hash, id int) {
	n := &s.log.nodes[id]
	if !n.folder {
		f := s.file(id)
		number(h, f.mtime)
		number(h, int64(n.inode))
		number(h, int64(len(f.content)))
		h.Write(f.content)
		return
	}
	names := s.folder(id)
	number(h, int64(len(names)))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		number(h, int64(len(name)))
		h.Write([]byte(name))
		s.digest(h, names[name])
	}
}

func number(h hash.Hash, n int64) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
}
