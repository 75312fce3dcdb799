package localfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/osssync/osssync/internal/disk"
)

// Entry is one item of a walk: a regular file, or a Problem that stands where
// one could be.
//
// A problem shields: whoever compares the tree with something else knows
// nothing about Path and all that lies below it, and must not take it for
// absent. Where the thing is known to be a directory, Dir is set and Path ends
// in "/", so that it sorts just before what it hides; otherwise Path has no
// slash and hides both Path itself and everything below Path + "/".
type Entry struct {
	Path    string // slash-separated, relative to the root
	Stat    Stat   // as it was when its directory was read; zero if that was the problem
	Problem Problem
	Err     error // what the system said, for Unreadable; nil otherwise
	Dir     bool  // a problem that stands for a directory
}

// SymlinkMode is what Walk does with symbolic links.
type SymlinkMode int

const (
	SkipSymlinks   SymlinkMode = iota // report them as Symlink
	FollowSymlinks                    // take what they lead to inside the root; others are problems
	RefuseSymlinks                    // report them as SymlinkRefused
)

// WalkOptions choose what a walk shows. The zero value shows everything and
// follows no links. Match, MatchDir and Pass are called by several goroutines at
// once.
type WalkOptions struct {
	Symlinks SymlinkMode

	// Match reports whether a file is wanted; nil means every file.
	Match func(path string) bool

	// MatchDir reports whether anything below dir (without a trailing slash)
	// can be wanted; what it declines is not even opened. Nil means every
	// directory. It is not asked about the root.
	MatchDir func(dir string) bool

	// Pass reports whether a directory (without a trailing slash) is shown as
	// PassedOver and not opened; nil means none. It is asked after MatchDir, and
	// not about the root.
	Pass func(dir string) bool

	// Only, if not nil, limits the walk to these paths, to all that is below
	// them, and to what is in the way to them; "" is the whole tree. They are in
	// the order of their bytes.
	Only []string

	// Temp, if not nil, is told the names of unfinished downloads that the walk
	// passes over, in no order; see TempPrefix.
	Temp func(path string)
}

func (o WalkOptions) withDefaults() WalkOptions {
	all := func(string) bool { return true }
	if o.Match == nil {
		o.Match = all
	}
	if o.MatchDir == nil {
		o.MatchDir = all
	}
	if o.Pass == nil {
		o.Pass = func(string) bool { return false }
	}
	if o.Temp == nil {
		o.Temp = func(string) {}
	}
	return o
}

// Walk gives the wanted regular files of the tree and everything that is in
// their way, in strictly increasing order of the bytes of the full path. That
// is the order of an object listing, not that of a walk by name: "a-b" comes
// before "a/b".
//
// A directory that cannot be read whole is one Entry with the Problem
// Unreadable, and nothing of it is shown. Names that are gone when they are
// looked at are skipped only if a second reading of their directory agrees.
// Mount points are not crossed. Names that osssync makes are never shown, nor
// are empty directories. Links that are followed keep their own path, and one
// target may appear under several.
//
// The error that ends the sequence means that the tree is not known to its end:
// the root cannot be read, or ctx ended. Memory is the names of the directories
// on the way down and of some that are read ahead, never the number of files. Each
// range over the sequence walks anew, and has read all that it will when it ends.
//
// RACE: the tree may change behind the walk. An Entry is a claim to be checked
// by Hash or CheckTarget before anything is done about it.
func (r *Root) Walk(ctx context.Context, opts WalkOptions) iter.Seq2[Entry, error] {
	opts = opts.withDefaults()
	return func(yield func(Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		w := &walker{ctx: ctx, root: r, opts: opts, yield: yield}
		defer w.group.Wait()
		defer cancel()
		if err := w.walkRoot(); err != nil && !errors.Is(err, errStopped) {
			yield(Entry{}, fmt.Errorf("walk %q: %w", r.path, err))
		}
	}
}

// errStopped unwinds a walk whose consumer wants no more.
var errStopped = errors.New("stopped")

// walker is the state of one walk.
type walker struct {
	ctx   context.Context
	root  *Root
	opts  WalkOptions
	yield func(Entry, error) bool
	above []fs.FileInfo // the directories from the root to the one being walked
	last  string        // the path shown last
	ahead int           // directories that are read ahead
	group sync.WaitGroup
}

// child is an Entry while it still waits for its turn. A child without a
// problem and with Dir set is a directory to walk.
type child struct {
	Entry
	link bool // a followed symbolic link
}

// walked reports whether c is a directory to walk.
func (c *child) walked() bool { return c.Dir && c.Problem == None }

// name is that of a directory in its parent, whose path is prefix.
func (c *child) name(prefix string) string { return c.Path[len(prefix) : len(c.Path)-1] }

func (w *walker) walkRoot() error {
	top, err := disk.OpenSub(w.root.root, ".")
	if err != nil {
		return err
	}
	dir := w.root.wrap(&handle{root: top})
	defer dir.Close()
	info, err := dir.Info()
	if err != nil {
		return err
	}
	w.above = append(w.above, info)
	found, err := w.contents(dir, "", statOf(info).Dev, math.MaxInt)
	w.tell(found.temps)
	if err != nil {
		return err
	}
	return w.walk(dir, "", found.children)
}

func (w *walker) tell(temps []string) {
	for _, path := range temps {
		w.opts.Temp(path)
	}
}

// walk shows the children of dir and what is below them. prefix is "" or the
// directory's path with its slash.
func (w *walker) walk(dir directory, prefix string, children []child) error {
	q := queue{walker: w, parent: dir, prefix: prefix, children: children}
	defer q.drop()
	for i := range children {
		if w.ctx.Err() != nil {
			return context.Cause(w.ctx)
		}
		var err error
		if c := &children[i]; c.walked() {
			err = w.descend(dir, *c, c.name(prefix), q.take(i))
		} else {
			err = w.show(c.Entry)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// show hands e out. The order is by construction; it is checked because a merge
// over a sequence out of order deletes what is alive.
func (w *walker) show(e Entry) error {
	if e.Path <= w.last {
		return fmt.Errorf("order: %q after %q", e.Path, w.last)
	}
	w.last = e.Path
	if !w.yield(e, nil) {
		return errStopped
	}
	return nil
}

// descend walks the directory c, the child name of parent; r is what was read of it
// ahead of its turn, if anything was.
func (w *walker) descend(parent directory, c child, name string, r *reading) error {
	if r == nil {
		dir, err := w.open(parent, c, name)
		if err != nil {
			return w.showUnopened(parent, c, name, err)
		}
		r = &reading{dir: dir}
		if r.info, err = dir.Info(); err != nil {
			dir.Close()
			return w.showUnreadable(c, err)
		}
	}
	defer r.dir.Close()
	if slices.ContainsFunc(w.above, func(a fs.FileInfo) bool { return os.SameFile(a, r.info) }) {
		c.Problem = SymlinkLoop
		return w.show(c.Entry)
	}
	w.above = append(w.above, r.info)
	defer func() { w.above = w.above[:len(w.above)-1] }()
	if !r.whole {
		var err error
		r.found, err = w.contents(r.dir, c.Path, statOf(r.info).Dev, math.MaxInt)
		switch {
		case w.ctx.Err() != nil:
			return context.Cause(w.ctx)
		case err != nil:
			w.tell(r.found.temps)
			return w.showUnreadable(c, err)
		}
	}
	w.tell(r.found.temps)
	return w.walk(r.dir, c.Path, r.found.children)
}

func (w *walker) open(parent directory, c child, name string) (directory, error) {
	if !c.link {
		return parent.Open(name)
	}
	sub, err := disk.OpenSub(w.root.root, strings.TrimSuffix(c.Path, "/"))
	if err != nil {
		return nil, err
	}
	return w.root.wrap(&handle{root: sub}), nil
}

// showUnopened decides what a directory is that was there when its parent was
// read and could not be opened.
func (w *walker) showUnopened(parent directory, c child, name string, err error) error {
	if errors.Is(err, ErrChanged) {
		c.Problem = Changed
		return w.show(c.Entry)
	}
	if errors.Is(err, fs.ErrNotExist) {
		names, again := parent.Names()
		parent.Rest()
		if again == nil && !slices.Contains(names, name) {
			return nil
		}
	}
	return w.showUnreadable(c, err)
}

func (w *walker) showUnreadable(c child, err error) error {
	c.Problem, c.Err = Unreadable, err
	return w.show(c.Entry)
}
