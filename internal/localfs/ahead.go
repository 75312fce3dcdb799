package localfs

import "io/fs"

const (
	// aheadDirs bounds the directories that are read ahead, on all levels together;
	// each keeps a file descriptor.
	aheadDirs = 32
	// aheadNames bounds the names of one of them: what is larger is read in its turn.
	aheadNames = 4096
)

// reading is a directory, open and perhaps read.
type reading struct {
	dir   directory
	info  fs.FileInfo
	found contents
	whole bool // found is what dir holds
}

// queue reads the directories among some children ahead of their turn. It belongs to
// the goroutine of the walk.
type queue struct {
	*walker
	parent   directory
	prefix   string
	children []child
	next     int     // the first child that was not thought of
	begun    []begun // in the order of the children
}

// begun is a reading that may be under way; nil comes of one that failed. What went
// wrong shows when the directory is read in its turn.
type begun struct {
	child int
	done  chan *reading
}

// take returns what was read of child i ahead of its turn, or nil. Of its siblings
// some are begun before it waits.
func (q *queue) take(i int) *reading {
	q.next = max(q.next, i+1)
	if len(q.begun) == 0 || q.begun[0].child != i {
		q.fill()
		return nil
	}
	first := q.begun[0]
	q.begun = q.begun[1:]
	q.ahead--
	q.fill()
	return <-first.done
}

// fill begins to read as many directories as may be read ahead. A level leaves room
// for the ones below it, whose turn comes first.
func (q *queue) fill() {
	for ; q.next < len(q.children) && len(q.begun) < q.root.width && q.ahead < aheadDirs; q.next++ {
		c := q.children[q.next]
		if !c.walked() {
			continue
		}
		b := begun{q.next, make(chan *reading, 1)}
		q.begun = append(q.begun, b)
		q.ahead++
		q.group.Go(func() { b.done <- q.readAhead(q.parent, c, c.name(q.prefix)) })
	}
}

// drop ends what was begun and not taken.
func (q *queue) drop() {
	for _, b := range q.begun {
		q.ahead--
		if r := <-b.done; r != nil {
			r.dir.Close()
		}
	}
}

// readAhead opens and reads the directory c, the child name of parent, or returns nil.
func (w *walker) readAhead(parent directory, c child, name string) *reading {
	dir, err := w.open(parent, c, name)
	if err != nil {
		return nil
	}
	r := &reading{dir: dir, whole: true}
	if r.info, err = dir.Info(); err == nil {
		r.found, err = w.contents(dir, c.Path, statOf(r.info).Dev, aheadNames)
	}
	if err != nil {
		dir.Close()
		return nil
	}
	return r
}
