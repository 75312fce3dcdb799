package listing

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/osssync/osssync/iter"
)

// Options are the options of [Objects]. The zero value lists the whole bucket,
// one request after the other.
type Options struct {
	Prefix string // only keys that start with it

	// Known yields, in ascending order, keys that probably are in the bucket:
	// full keys, with the prefix. It is ranged over once for each range over the
	// listing, and only if there is more than one page; only as far as the listing
	// has come, and a window of pages ahead. Keys that are out of order or not
	// below the prefix are passed over. Nil is no keys.
	Known func(yield func(string) bool)

	// PageSize is the number of objects asked for in one request (max-keys), from
	// 1 to 1,000. Anything else is 1,000.
	PageSize int

	// Window is the most pages that are in memory at a time, those under way
	// included. 1 is a serial listing. Zero or less is 16: with 20 ms an answer
	// 0.8 million objects a second. A page takes about 250 KiB, four times that
	// while it is read.
	Window int
}

const (
	maxPageSize   = 1000
	defaultWindow = 16
)

func (o Options) withDefaults() Options {
	if o.PageSize < 1 || o.PageSize > maxPageSize {
		o.PageSize = maxPageSize
	}
	if o.Window < 1 {
		o.Window = defaultWindow
	}
	if o.Known == nil {
		o.Known = func(func(string) bool) {}
	}
	return o
}

// Objects lists the objects of a bucket below a prefix by ListObjects (GetBucket),
// in strictly ascending order of the bytes of their keys.
//
// The sequence is what [iter.Objects] yields, and its pages are asked for, judged
// and, if they fail, tried again as there. Nothing is sent before the sequence is
// ranged over. An error comes after all objects before the page that failed, as
// the last pair; without one the sequence is whole. When the loop is left, what
// still is under way has ended. The sequence may be ranged over again, and
// concurrently if Known may; c must be safe for concurrent use.
//
// RACE: the pages of a listing are no snapshot, and are not even asked for in
// order. What is created or removed meanwhile may show or not. What stays as it is
// shows exactly once.
func Objects(ctx context.Context, c iter.Invoker, bucket string, opts Options) iter.Seq2[iter.Object, error] {
	opts = opts.withDefaults()
	return func(yield func(iter.Object, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		l := lister{
			Options: opts, client: c, bucket: bucket,
			chain:   []*stretch{{}},
			known:   known{keys: opts.Known, prefix: opts.Prefix},
			pace:    newPace(opts.PageSize, opts.Window),
			answers: make(chan answer, opts.Window),
		}
		defer l.known.close()
		defer l.group.Wait()
		defer cancel()
		l.each(ctx, yield)
	}
}

// lister is the state of one range over a listing. All of it belongs to the
// goroutine that ranges; the others fetch a page each and send it.
type lister struct {
	Options
	client iter.Invoker
	bucket string

	chain    []*stretch // what is not handed out yet, without a gap
	known    known      // its next key is the first after the start of the last stretch
	pace     pace
	held     int // stretches with a page
	underWay int // requests, those included whose answer nobody wants any more
	answers  chan answer
	group    sync.WaitGroup
}

func (l *lister) each(ctx context.Context, yield func(iter.Object, error) bool) {
	last := ""
	for pages := 1; len(l.chain) > 0; {
		for len(l.answers) > 0 {
			l.settle(<-l.answers)
		}
		l.ask(ctx)
		head := l.chain[0]
		if head.state != answered {
			l.settle(<-l.answers)
			continue
		}
		for i := range head.objects {
			o := &head.objects[i]
			if o.Key <= last {
				yield(iter.Object{}, l.failure(pages, head, fmt.Errorf("%w: %.256q after %.256q", iter.ErrNotListing, o.Key, last)))
				return
			}
			last = o.Key
			if !yield(*o, nil) {
				return
			}
		}
		if head.err != nil {
			yield(iter.Object{}, l.failure(pages, head, head.err))
			return
		}
		l.chain = slices.Delete(l.chain, 0, 1) // and forget the objects
		l.held--
		pages++
	}
}

// failure is the error that ends the listing with the page of s.
func (l *lister) failure(page int, s *stretch, err error) error {
	where := ""
	if s.after != "" {
		where = fmt.Sprintf(" after %.256q", s.after)
	}
	return fmt.Errorf("list objects %q page %d%s: %w", "oss://"+l.bucket+"/"+l.Prefix, page, where, err)
}

// ask sends the requests that are due, those for the beginning first: what is
// wanted first is never kept waiting by what was read ahead.
func (l *lister) ask(ctx context.Context) {
	for i := 0; i < len(l.chain); i++ {
		s := l.chain[i]
		if s.state != waiting {
			continue
		}
		if i > 0 && !l.room() {
			return
		}
		if s.middle != "" && l.pace.guess() {
			l.split(i)
		}
		l.send(ctx, s)
	}
	for l.room() && l.extend() {
		l.send(ctx, l.chain[len(l.chain)-1])
	}
}

// room reports whether a request may be sent that reads ahead. The window is not
// exceeded by a first stretch that is sent without room: the page handed out
// before it has left one.
func (l *lister) room() bool {
	return l.underWay < l.pace.limit() && l.underWay+l.held < l.Window
}

func (l *lister) send(ctx context.Context, s *stretch) {
	ctx, cancel := context.WithCancel(ctx)
	s.state, s.cancel = asked, cancel
	l.underWay++
	l.group.Go(func() {
		p := fetch(ctx, l.client, l.bucket, s.after, &l.Options)
		l.answers <- answer{s, p}
	})
}

// settle takes an answer.
func (l *lister) settle(a answer) {
	l.underWay--
	a.cancel()
	if a.state == dropped {
		return
	}
	a.state = answered
	l.held++
	i := slices.Index(l.chain, a.stretch)
	if a.page.err != nil {
		l.drop(i+1, len(l.chain))
		a.err = a.page.err
		return
	}
	l.join(i, &a.page)
	l.pace.note(len(a.objects), a.page.attempts)
}
