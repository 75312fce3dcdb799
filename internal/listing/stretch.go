package listing

import (
	"context"
	"slices"
	"sort"

	"github.com/osssync/osssync/iter"
)

// stretch is the keys after one key and up to another.
type stretch struct {
	after string // "": from the beginning
	upTo  string // "": to the end; where the next stretch begins
	known int    // known keys in it; 0: not counted

	// Of what is the rest of a longer stretch, what was read of that.
	had    int    // objects
	run    int    // pages
	first  string // key of the first object
	middle string // where to split the rest, if that is worth a try

	state   state
	cancel  context.CancelFunc // of the request
	objects []iter.Object
	err     error // in place of the objects
}

type state uint8

const (
	waiting  state = iota // for its request
	asked                 // request under way
	answered              // objects or err are there
	dropped               // not in the chain any more; the request may be under way
)

// answer is what came of the request for a stretch.
type answer struct {
	*stretch
	page page
}

// longRun is after how many full pages a stretch is split at a guess.
const longRun = 4

// extend cuts the last stretch, whose end is not known yet, if it is under way
// and more keys are known than its page will hold.
func (l *lister) extend() bool {
	last := l.chain[len(l.chain)-1]
	if last.state != asked {
		return false
	}
	stride, full := l.pace.stride()
	cut, ok := l.known.cut(stride, full-stride)
	if !ok {
		return false
	}
	last.upTo, last.known = cut, stride
	l.chain = append(l.chain, &stretch{after: cut})
	return true
}

// split makes two of a stretch that waits.
func (l *lister) split(i int) {
	s := l.chain[i]
	l.chain = slices.Insert(l.chain, i+1, &stretch{after: s.middle, upTo: s.upTo})
	s.upTo, s.known, s.had, s.run, s.middle = s.middle, 0, 0, 0, ""
}

// drop takes stretches out of the chain, so that the one before them goes as far
// as the last of them did.
func (l *lister) drop(from, to int) {
	for _, s := range l.chain[from:to] {
		l.chain[from-1].upTo = s.upTo
		l.chain[from-1].known += s.known
		l.chain[from-1].had += s.had
		switch s.state {
		case asked:
			s.cancel()
			l.pace.requests++
		case answered:
			l.held--
		}
		s.state = dropped
	}
	l.chain = slices.Delete(l.chain, from, to)
}

// join gives the page to stretch i, with what it holds of the stretches after.
func (l *lister) join(i int, p *page) {
	s, end := l.chain[i], ""
	if p.truncated {
		end = p.objects[len(p.objects)-1].Key
	}
	covered := i + 1
	for covered < len(l.chain) && l.chain[covered].covered(end) {
		covered++
	}
	l.drop(i+1, covered)
	s.objects = p.objects
	if s.upTo != "" {
		s.objects = s.objects[:sort.Search(len(s.objects), func(n int) bool { return s.objects[n].Key > s.upTo })]
	}
	had := s.had + len(s.objects)
	switch {
	case !p.truncated || s.upTo != "" && s.upTo <= end:
		if s.known > 0 {
			l.pace.measure(had, s.known)
		}
		return
	case s.upTo == "" && s.known+s.had == 0:
		l.pace.measure(had, l.known.along(s.objects[(had-1)/2].Key, end))
		had = 0
	case s.upTo == "":
		l.pace.measure(had, s.known+l.known.skip(end))
		had, s.known = 0, 0
	}
	rest := &stretch{after: end, upTo: s.upTo, known: s.known, had: had, run: s.run + 1, first: s.first}
	if s.run == 0 {
		rest.first = s.objects[0].Key
	}
	if rest.run >= longRun && rest.upTo != "" {
		rest.middle = middle(rest.first, s.objects, rest.upTo)
	}
	l.chain = slices.Insert(l.chain, i+1, rest)
	s.upTo = end
}

// covered reports whether a page that began before s and ends with a key, or with
// "" the listing, makes the request for s useless: it holds all of s, or some of
// it and no request was sent. A page that is there already is as good.
func (s *stretch) covered(end string) bool {
	switch s.state {
	case waiting:
		return end == "" || s.after < end
	case asked:
		return end == "" || s.upTo != "" && s.upTo <= end
	}
	return false
}
