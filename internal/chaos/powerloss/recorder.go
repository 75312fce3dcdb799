//go:build failpoint

package powerloss

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/resumable"
)

// Recorder is a gate that keeps the log of a run. It lets every call through,
// except that Skip may have syncs left out, as a careless program would.
type Recorder struct {
	// Skip, if not nil, tells whether a sync of a file, or else of a folder, is
	// not to happen: neither on the disk nor in the log.
	Skip func(folder bool) bool

	mu    sync.Mutex
	log   Log
	names []map[string]int // of folders, as they are now
	open  map[string]int   // files by the name under which they were opened last
	begun map[int]int      // syncs under way, by Seq: events that came before
}

// NewRecorder watches folders, which exist or not, and begins with what is in them.
func NewRecorder(folders ...string) (*Recorder, error) {
	r := &Recorder{open: map[string]int{}, begun: map[int]int{}}
	for range folders {
		r.add(node{folder: true, names: map[string]int{}})
	}
	r.log.roots = folders
	for root, path := range folders {
		if err := r.take(root, path); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Log is what was recorded.
func (r *Recorder) Log() *Log {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &r.log
}

// Stored notes that the service has come into another state.
func (r *Recorder) Stored(state int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.did(event{do: stored, remote: state})
}

func (r *Recorder) add(n node) int {
	r.log.nodes = append(r.log.nodes, n)
	now := map[string]int{}
	for name, to := range n.names {
		now[name] = to
	}
	r.names = append(r.names, now)
	return len(r.log.nodes) - 1
}

func (r *Recorder) did(e event) int {
	r.log.events = append(r.log.events, e)
	return len(r.log.events) - 1
}

// take reads what is in a folder.
func (r *Recorder) take(into int, path string) error {
	entries, err := os.ReadDir(path)
	if os.IsNotExist(err) {
		return nil
	}
	for _, entry := range entries {
		below := filepath.Join(path, entry.Name())
		n, err := nodeAt(below)
		if err != nil {
			return err
		}
		id := r.add(n)
		r.log.nodes[into].names[entry.Name()], r.names[into][entry.Name()] = id, id
		if n.folder {
			if err := r.take(id, below); err != nil {
				return err
			}
		}
	}
	return err
}

// nodeAt looks at a file or folder of the disk.
func nodeAt(path string) (n node, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return n, err
	}
	n = node{inode: inodeOf(info), folder: info.IsDir(), mtime: info.ModTime().UnixNano()}
	if n.folder {
		n.names = map[string]int{}
	} else {
		n.content, err = os.ReadFile(path)
	}
	return n, err
}

func inodeOf(info fs.FileInfo) uint64 { return resumable.FingerprintOf(info).Inode }

// find gives the folder of a path and the last name in it. Folders that the log does
// not know yet were made by a call that makes more than one. ok is false for what is
// not watched.
func (r *Recorder) find(path string) (folder int, last string, ok bool) {
	for root, top := range r.log.roots {
		rest, inside := strings.CutPrefix(path, top)
		if !inside || rest != "" && rest[0] != filepath.Separator {
			continue
		}
		steps := strings.FieldsFunc(rest, func(c rune) bool { return c == filepath.Separator })
		if len(steps) == 0 {
			return root, "", true
		}
		folder = root
		for _, step := range steps[:len(steps)-1] {
			folder = r.enter(folder, step)
		}
		return folder, steps[len(steps)-1], true
	}
	return none, "", false
}

// enter gives the folder name of folder.
func (r *Recorder) enter(folder int, step string) int {
	if to, there := r.names[folder][step]; there && r.log.nodes[to].folder {
		return to
	}
	made := r.add(node{folder: true, names: map[string]int{}})
	r.rename(folder, step, made)
	return made
}

// rename lets a name mean a node, or nothing, and returns the event.
func (r *Recorder) rename(folder int, last string, to int) int {
	if to == none {
		delete(r.names[folder], last)
	} else {
		r.names[folder][last] = to
	}
	return r.did(event{do: name, node: folder, name: last, to: to, pair: none})
}

// Before implements disk.Gate.
func (r *Recorder) Before(c disk.Call) error {
	if c.Op != disk.OpSync {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// What is written while a sync is under way may be left out by it.
	r.begun[c.Seq] = len(r.log.events)
	return nil
}

// After implements disk.Gate.
func (r *Recorder) After(c disk.Call, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	folder, last, watched := r.find(c.Path)
	if !watched || err != nil && c.N == 0 {
		return
	}
	switch c.Op {
	case disk.OpOpen, disk.OpCreate:
		r.opened(&c, folder, last)
	case "lock":
		r.fileAt(c.Path, folder, last)
	case disk.OpMkdir:
		if last != "" {
			r.enter(folder, last)
		}
	case disk.OpWrite:
		r.wrote(&c)
	case disk.OpTruncate, disk.OpChtimes:
		r.sized(&c)
	case disk.OpSync:
		r.synced(&c, folder, last)
	case disk.OpRename, disk.OpLink:
		r.moved(&c, folder, last)
	case disk.OpRemove, disk.OpRmdir:
		if _, there := r.names[folder][last]; there {
			r.rename(folder, last, none)
		}
	case "commit":
		if text, err := os.ReadFile(c.Path); err == nil {
			id := r.fileAt(c.Path, folder, last)
			r.did(event{do: whole, node: id, content: text, mtime: modTime(c.Path)})
		}
	}
}

// opened notes which file a name means from now on in calls by handle.
func (r *Recorder) opened(c *disk.Call, folder int, last string) {
	if info, err := os.Lstat(c.Path); last == "" || err != nil || info.IsDir() {
		return
	}
	id := r.fileAt(c.Path, folder, last)
	r.open[c.Path] = id
	if c.Op == disk.OpCreate && c.Flag&os.O_TRUNC != 0 {
		r.did(event{do: cut, node: id, mtime: modTime(c.Path)})
	}
}

// fileAt gives the file of a name; one that is new begins empty.
func (r *Recorder) fileAt(path string, folder int, last string) int {
	info, err := os.Lstat(path)
	if id, there := r.names[folder][last]; there && (err != nil || r.log.nodes[id].inode == inodeOf(info)) {
		return id
	}
	n := node{}
	if err == nil {
		n.inode, n.mtime = inodeOf(info), info.ModTime().UnixNano()
	}
	id := r.add(n)
	r.rename(folder, last, id)
	return id
}

// file gives the file that a call by handle is about.
func (r *Recorder) file(path string) (id int, ok bool) {
	id, ok = r.open[path]
	return id, ok
}

func (r *Recorder) wrote(c *disk.Call) {
	if id, ok := r.file(c.Path); ok {
		r.did(event{do: content, node: id, offset: c.Offset, content: slices.Clone(c.Data[:c.N]), mtime: modTime(c.Path)})
	}
}

func (r *Recorder) sized(c *disk.Call) {
	id, ok := r.file(c.Path)
	switch {
	case !ok:
	case c.Op == disk.OpTruncate:
		r.did(event{do: cut, node: id, size: c.Offset, mtime: modTime(c.Path)})
	default:
		r.did(event{do: times, node: id, mtime: modTime(c.Path)})
	}
}

func (r *Recorder) synced(c *disk.Call, folder int, last string) {
	upto := r.begun[c.Seq]
	delete(r.begun, c.Seq)
	id, file := r.file(c.Path)
	if to, there := r.names[folder][last]; last == "" {
		id, file = folder, false
	} else if there && r.log.nodes[to].folder {
		id, file = to, false
	} else if !file {
		return
	}
	if r.Skip != nil && r.Skip(!file) {
		return
	}
	r.did(event{do: synced, node: id, upto: upto})
}

// moved notes a rename, which is two names that change at once, or a link.
func (r *Recorder) moved(c *disk.Call, folder int, last string) {
	id, there := r.names[folder][last]
	to, newLast, watched := r.find(c.To)
	if !there || !watched {
		return
	}
	made := r.rename(to, newLast, id)
	if c.Op == disk.OpRename {
		gone := r.rename(folder, last, none)
		r.log.events[made].pair, r.log.events[gone].pair = gone, made
	}
}

func modTime(path string) int64 {
	info, err := os.Lstat(path)
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}
