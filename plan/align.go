package plan

import (
	"errors"
	"iter"
	"strings"
)

// Sources are the four sequences that [Align] joins, each in the order of the
// law: strictly increasing in the bytes of the path (Pending: of path, then
// upload id). All see the mapping's filter applied. Base and Pending may be nil.
// Without Local or Remote there is no proof of that side.
type Sources struct {
	Local   iter.Seq2[Local, error]
	Remote  iter.Seq2[Remote, error]
	Base    iter.Seq2[Base, error]
	Pending iter.Seq2[Pending, error]
}

// Proof witnesses that both sides were seen to their end. Only Align can make
// one whole, and only a section with a whole proof can be finished: no delete
// comes from a sequence that stopped early.
type Proof struct {
	local, remote bool

	LocalFiles    int64 // regular files of the walk
	RemoteObjects int64 // objects of the listing, without directory markers
	BaseRows      int64 // rows of the index
	OwnedRows     int64 // of these, put there by this mapping
}

// Whole reports whether walk and listing both ended without an error.
func (p *Proof) Whole() bool { return p.local && p.remote }

var errUnproved = errors.New("plan without proof that walk and listing ended well")

// Align joins the sources into one State per path, in path order, and completes
// proof when they end. It holds up to 256 items of each source, and has asked for
// that many before the first is looked at. The sequence ends with the first error of
// a source or with an [OrderError]; every State before it is complete in itself. It
// can be ranged over once.
func Align(s Sources, proof *Proof) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		a := aligner{proof: proof}
		defer a.open(s)()
		for {
			state, more, err := a.step()
			if err != nil {
				yield(State{}, err)
				return
			}
			if !more {
				proof.local, proof.remote = s.Local != nil, s.Remote != nil
				return
			}
			if state.empty() {
				continue // a directory marker alone
			}
			if !yield(state, nil) {
				return
			}
		}
	}
}

func (s *State) empty() bool {
	return s.LocalIs == Absent && s.RemoteIs == Absent && s.Base == nil && s.Pending == nil
}

type aligner struct {
	local   cursor[Local]
	remote  cursor[Remote]
	base    cursor[Base]
	pending cursor[Pending]
	shields []string // prefixes, ending in "/", below which the local side is unknown
	proof   *Proof
}

func (a *aligner) open(s Sources) (stop func()) {
	a.local = pull("local", s.Local, func(l *Local) (path, id string) { return l.Path, "" })
	a.remote = pull("remote", s.Remote, func(r *Remote) (path, id string) { return r.Path, "" })
	a.base = pull("index", s.Base, func(b *Base) (path, id string) { return b.Path, "" })
	a.pending = pull("uploads", s.Pending, func(p *Pending) (path, id string) { return p.Path, p.UploadID })
	return func() {
		a.local.stop()
		a.remote.stop()
		a.base.stop()
		a.pending.stop()
	}
}

// step builds the State of the lowest path any cursor stands on.
func (a *aligner) step() (State, bool, error) {
	if err := errors.Join(a.local.fill(), a.remote.fill(), a.base.fill(), a.pending.fill()); err != nil {
		return State{}, false, err
	}
	path, ok := a.lowest()
	if !ok {
		return State{}, false, nil
	}
	s := State{Path: path, LocalIs: Absent, RemoteIs: Absent}
	a.takeLocal(&s)
	a.takeRemote(&s)
	if a.base.at(path) {
		s.Base = a.base.take()
		a.proof.BaseRows++
		if s.Base.Owned {
			a.proof.OwnedRows++
		}
	}
	for a.pending.at(path) {
		s.Pending = append(s.Pending, *a.pending.take())
		if err := a.pending.fill(); err != nil {
			return State{}, false, err
		}
	}
	return s, true, nil
}

func (a *aligner) lowest() (path string, ok bool) {
	consider := func(p string, has bool) {
		if has && (!ok || p < path) {
			path, ok = p, true
		}
	}
	consider(a.local.path, a.local.ok)
	consider(a.remote.path, a.remote.ok)
	consider(a.base.path, a.base.ok)
	consider(a.pending.path, a.pending.ok)
	return path, ok
}

func (a *aligner) takeLocal(s *State) {
	if a.shielded(s.Path) {
		s.LocalIs = Unknown
	}
	if !a.local.at(s.Path) {
		return
	}
	s.Local = *a.local.take()
	if s.Local.Problem == "" {
		s.LocalIs = Present
		a.proof.LocalFiles++
		return
	}
	s.LocalIs = Unknown
	a.shields = append(a.shields, strings.TrimSuffix(s.Path, "/")+"/")
}

// shielded reports whether path lies below a place the walk could not see, and
// drops the shields that the order has left behind. A shield "link/" opens at
// "link" and names like "link-x" sort in between, so it goes only once a path
// is beyond everything it covers.
func (a *aligner) shielded(path string) bool {
	covered := false
	kept := a.shields[:0]
	for _, prefix := range a.shields {
		below := strings.HasPrefix(path, prefix)
		covered = covered || below
		if below || path < prefix {
			kept = append(kept, prefix)
		}
	}
	a.shields = kept
	return covered
}

func (a *aligner) takeRemote(s *State) {
	if !a.remote.at(s.Path) {
		return
	}
	r := a.remote.take()
	s.Refused = CheckKey(s.Path)
	if isMarker(s.Path) && (s.Refused == "" || s.Path == "") {
		if r.Version.Size == 0 {
			s.Refused = ""
			return
		}
		s.Refused = ReasonMarkerContent
	}
	a.proof.RemoteObjects++
	s.Remote, s.RemoteIs = *r, Present
	if s.Refused != "" {
		s.RemoteIs = Unknown
	}
}

// chunkLen is how many items are taken from a source at a time. Going over to the
// code of a source and back costs more than all else that is done for an item.
const chunkLen = 256

// chunks yields the items of seq in slices, each its own.
func chunks[T any](seq iter.Seq2[T, error]) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var chunk []T
		for item, err := range seq {
			if err != nil {
				if len(chunk) == 0 || yield(chunk, nil) {
					yield(nil, err)
				}
				return
			}
			if chunk = append(chunk, item); len(chunk) < chunkLen {
				continue
			}
			if !yield(chunk, nil) {
				return
			}
			chunk = make([]T, 0, chunkLen)
		}
		if len(chunk) > 0 {
			yield(chunk, nil)
		}
	}
}

// cursor stands on the next item of a sequence and checks the order law.
type cursor[T any] struct {
	next func() ([]T, error, bool)
	stop func()
	side string
	key  func(*T) (path, id string) // id tells items of one path apart

	chunk []T // of which the first item is the one the cursor stands on, if ok
	path  string
	id    string
	ok    bool
	done  bool
	seen  bool // path and id are those of an earlier item
}

func pull[T any](side string, seq iter.Seq2[T, error], key func(*T) (path, id string)) cursor[T] {
	if seq == nil {
		return cursor[T]{done: true, stop: func() {}}
	}
	next, stop := iter.Pull2(chunks(seq))
	return cursor[T]{next: next, stop: stop, side: side, key: key}
}

func (c *cursor[T]) fill() error {
	if c.ok || c.done {
		return nil
	}
	if len(c.chunk) == 0 {
		chunk, err, more := c.next()
		if !more || err != nil {
			c.done = true
			return err
		}
		c.chunk = chunk
	}
	path, id := c.key(&c.chunk[0])
	if c.seen && (path < c.path || path == c.path && id <= c.id) {
		c.done = true
		return &OrderError{Side: c.side, Prev: named(c.path, c.id), Next: named(path, id)}
	}
	c.path, c.id, c.ok, c.seen = path, id, true, true
	return nil
}

// named is the place of an item in an [OrderError], in the way OSS writes it.
func named(path, id string) string {
	if id == "" {
		return path
	}
	return path + "?uploadId=" + id
}

func (c *cursor[T]) at(path string) bool { return c.ok && c.path == path }

// take goes past the item, which stays as it is.
func (c *cursor[T]) take() *T {
	item := &c.chunk[0]
	c.chunk, c.ok = c.chunk[1:], false
	return item
}
