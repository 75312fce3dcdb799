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

// children reads dir and gives what is wanted of it, in the order of the walk.
func (w *walker) children(dir directory, prefix string) ([]child, error) {
	names, err := dir.Names()
	if err != nil {
		return nil, err
	}
	children := make([]child, 0, len(names))
	var missing []string
	for _, name := range names {
		if w.ctx.Err() != nil {
			return nil, context.Cause(w.ctx)
		}
		path := prefix + name
		if strings.HasPrefix(name, TempPrefix) {
			w.opts.Temp(path)
		}
		if ours(name) || !w.opts.Match(path) && !w.opts.MatchDir(path) {
			continue
		}
		fi, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, name)
			continue
		}
		if c := w.look(prefix, name, fi, err); w.wanted(c) {
			children = append(children, c)
		}
	}
	if missing != nil {
		if children, err = w.lookAgain(dir, prefix, missing, children); err != nil {
			return nil, err
		}
	}
	// A directory that changes while it is read may list a name twice.
	slices.SortFunc(children, func(a, b child) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(children, func(a, b child) bool { return a.Path == b.Path }), nil
}

// lookAgain settles names that dir listed and then denied: gone, if it no
// longer lists them; else they are there, and unreadable if it denies them
// again, as network file systems do for a moment.
func (w *walker) lookAgain(dir directory, prefix string, missing []string, children []child) ([]child, error) {
	names, err := dir.Names()
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range missing {
		if _, listed := slices.BinarySearch(names, name); !listed {
			continue
		}
		fi, err := dir.Lstat(name)
		if c := w.look(prefix, name, fi, err); w.wanted(c) {
			children = append(children, c)
		}
	}
	return children, nil
}

// look makes the child from what Lstat said. A directory's path gets its slash
// here, whose place in the byte order makes the order of the walk.
func (w *walker) look(prefix, name string, fi fs.FileInfo, err error) child {
	c := child{Entry: Entry{Path: prefix + name}}
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
		if c.Stat.Dev != statOf(w.above[len(w.above)-1]).Dev {
			c.Problem = OtherDevice
		}
	case !mode.IsRegular():
		c.Problem = kindProblem(mode)
	}
	if p := CheckPath(strings.TrimSuffix(c.Path, "/")); p != None {
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

// wanted asks the matchers, now that the kind of c is known. What could be a
// file or a directory on the other side is wanted if either is.
func (w *walker) wanted(c child) bool {
	path := strings.TrimSuffix(c.Path, "/")
	switch {
	case c.Dir:
		return w.opts.MatchDir(path)
	case c.Problem == None, c.Stat.Mode&(fs.ModeSymlink|fs.ModeDir) == 0 && c.Problem != Unreadable:
		return w.opts.Match(path)
	}
	return true
}
