package localfs

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
)

// contents is what one directory holds.
type contents struct {
	children []child  // what is wanted, in the order of the walk
	temps    []string // unfinished downloads
}

// errLarge says that a directory has more names than were asked for.
var errLarge = errors.New("directory too large to be read ahead")

// contents reads dir, which is on the device dev, if it has at most so many names.
// It may be called by several goroutines at once.
func (w *walker) contents(dir directory, prefix string, dev uint64, most int) (found contents, err error) {
	names, err := dir.Names()
	if err != nil {
		return found, err
	}
	defer dir.Rest()
	names = w.opts.within(prefix, names)
	if len(names) > most {
		return found, errLarge
	}
	found.children = make([]child, 0, len(names))
	var missing []string
	for _, name := range names {
		if w.ctx.Err() != nil {
			return found, context.Cause(w.ctx)
		}
		path := prefix + name
		if strings.HasPrefix(name, TempPrefix) {
			found.temps = append(found.temps, path)
		}
		if ours(name) {
			continue
		}
		match := w.opts.Match(path)
		if !match && !w.opts.MatchDir(path) {
			continue
		}
		fi, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, name)
			continue
		}
		if c := w.look(path, name, dev, fi, err); w.wanted(&c, match) {
			found.children = append(found.children, c)
		}
	}
	if missing != nil {
		if err := w.lookAgain(dir, prefix, dev, missing, &found); err != nil {
			return found, err
		}
	}
	// A directory that changes while it is read may list a name twice.
	slices.SortFunc(found.children, func(a, b child) int { return strings.Compare(a.Path, b.Path) })
	found.children = slices.CompactFunc(found.children, func(a, b child) bool { return a.Path == b.Path })
	return found, nil
}

// lookAgain settles names that dir listed and then denied: gone, if it no
// longer lists them; else they are there, and unreadable if it denies them
// again, as network file systems do for a moment.
func (w *walker) lookAgain(dir directory, prefix string, dev uint64, missing []string, found *contents) error {
	names, err := dir.Names()
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range missing {
		if _, listed := slices.BinarySearch(names, name); !listed {
			continue
		}
		path := prefix + name
		fi, err := dir.Lstat(name)
		if c := w.look(path, name, dev, fi, err); w.wanted(&c, w.opts.Match(path)) {
			found.children = append(found.children, c)
		}
	}
	return nil
}

// look makes the child from what Lstat said of the last name of path. A directory's
// path gets its slash here, whose place in the byte order makes the order of the walk.
func (w *walker) look(path, name string, dev uint64, fi fs.FileInfo, err error) child {
	c := child{Entry: Entry{Path: path}}
	if err != nil {
		c.Problem, c.Err = Unreadable, err
		return c
	}
	mode := fi.Mode()
	if mode&fs.ModeSymlink != 0 {
		fi = w.follow(&c, fi)
		mode = fi.Mode()
	}
	c.Stat = statOf(fi)
	switch {
	case c.Problem != None:
		return c
	case mode.IsDir():
		c.Path += "/"
		c.Dir = true
		if w.opts.Pass(path) {
			c.Problem = PassedOver
		} else if c.Stat.Dev != dev {
			c.Problem = OtherDevice
		}
	case !mode.IsRegular():
		c.Problem = kindProblem(mode)
	}
	if p := checkChild(path, name, onWindows); p != None {
		c.Problem = p
	}
	return c
}

// follow decides about the symbolic link c, which fi describes, and gives the
// description of what stands for it.
func (w *walker) follow(c *child, fi fs.FileInfo) fs.FileInfo {
	switch w.opts.Symlinks {
	case SkipSymlinks:
		c.Problem = Symlink
		return fi
	case RefuseSymlinks:
		c.Problem = SymlinkRefused
		return fi
	}
	target, err := disk.Stat(w.root.root, c.Path)
	if err != nil {
		c.Problem = linkProblem(err)
		if c.Problem == Unreadable {
			c.Err = err
		}
		return fi
	}
	c.link = true
	return target
}

// linkProblem tells why a link leads nowhere in the root. The os package does
// not export its error for an escape, only its text.
func linkProblem(err error) Problem {
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return SymlinkBroken
	case errors.Is(err, syscall.ELOOP):
		return SymlinkLoop
	case errors.As(err, &pathErr) && strings.Contains(pathErr.Err.Error(), "escapes"):
		return SymlinkEscapes
	}
	return Unreadable
}

// wanted asks the matchers, now that the kind of c is known; match is what Match
// said. What could be a file or a directory on the other side is wanted if either is.
func (w *walker) wanted(c *child, match bool) bool {
	switch {
	case c.Dir:
		return w.opts.MatchDir(strings.TrimSuffix(c.Path, "/"))
	case c.Problem == None, c.Stat.Mode&(fs.ModeSymlink|fs.ModeDir) == 0 && c.Problem != Unreadable:
		return match
	}
	return true
}
