package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// tempPrefix begins the names of unfinished downloads, which no mapping sees.
const tempPrefix = ".osssync-tmp-"

// notifier is a Source on the notifications of the system.
type notifier struct {
	mapping *spec.Mapping
	policy  plan.Policy // for the names that are passed over
	root    string
	info    fs.FileInfo // of the root
	system  *fsnotify.Watcher
	events  chan Event
	lost    chan error      // the newest error of the system that nobody has heard of
	done    chan struct{}   // closed to end run
	ended   chan struct{}   // closed when run has ended
	watched map[string]bool // folders below the root, "" the root itself
	blind   error           // why the first folder could not be watched
}

// Notify watches a tree by the notifications of the system: the root, every folder
// below it that the mapping wants something of, and the folder that the root is in.
// Folders behind symbolic links are not watched. It is an [OpenSource].
func Notify(ctx context.Context, m *spec.Mapping) (Source, error) {
	info, err := disk.StatPath(m.Root)
	if err == nil && !info.IsDir() {
		err = errors.New("not a folder")
	}
	if err != nil {
		return nil, fmt.Errorf("watch %q: %w", m.Root, err)
	}
	system, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch %q: %w", m.Root, err)
	}
	n := &notifier{
		mapping: m, policy: plan.PolicyOf(m, time.Time{}, false), root: m.Root, info: info, system: system,
		events: make(chan Event), lost: make(chan error, 1), done: make(chan struct{}), ended: make(chan struct{}), watched: map[string]bool{},
	}
	go n.listen()
	n.place(ctx, "")
	// A parent that may not be read tells nothing; Stands is asked now and then in any case.
	if err := system.Add(filepath.Dir(n.root)); err != nil && !errors.Is(err, fs.ErrPermission) {
		n.note(err)
	}
	go n.run(ctx)
	return n, nil
}

func (n *notifier) Events() <-chan Event { return n.events }

func (n *notifier) Stands() bool {
	info, err := disk.StatPath(n.root)
	return err == nil && os.SameFile(info, n.info)
}

func (n *notifier) Close() error {
	close(n.done)
	<-n.ended
	return n.system.Close()
}

// place watches a folder, and those below it that are there by then: one made later
// is told by the watch of its parent.
func (n *notifier) place(ctx context.Context, dir string) {
	if ctx.Err() != nil || n.watched[dir] || n.blind != nil && dir != "" {
		return
	}
	path := filepath.Join(n.root, filepath.FromSlash(dir))
	switch err := n.system.Add(path); {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return // gone again; or for the passes to tell
	case err != nil:
		n.note(fmt.Errorf("watch %q: %w", path, err))
		return
	}
	n.watched[dir] = true
	entries, err := disk.ReadDir(path)
	if err != nil {
		return // as above
	}
	for _, e := range entries {
		if sub := join(dir, e.Name()); e.IsDir() && n.wanted(sub) {
			n.place(ctx, sub)
		}
	}
}

// wanted reports whether passes look into a folder.
func (n *notifier) wanted(dir string) bool {
	return n.mapping.MatchDir(dir) && n.policy.PassesOver(dir) == ""
}

func (n *notifier) note(err error) {
	if n.blind == nil {
		n.blind = err
	}
}

// remove forgets a folder that was moved or removed, with all below it: the watches
// of a folder that is moved go with it and would tell of its old place.
func (n *notifier) remove(dir string) {
	for sub := range n.watched {
		if sub == dir || below(sub, dir) {
			delete(n.watched, sub)
			// An error says that the system has dropped the watch itself.
			_ = n.system.Remove(filepath.Join(n.root, filepath.FromSlash(sub)))
		}
	}
}

func (n *notifier) run(ctx context.Context) {
	defer close(n.ended)
	defer close(n.events)
	told := false
	for {
		if n.blind != nil && !told {
			if told = true; !n.send(Event{Kind: Blind, Err: n.blind}) {
				return
			}
		}
		select {
		case <-n.done:
			return
		case e, open := <-n.system.Events:
			if !open || !n.handle(ctx, e) {
				return
			}
		case err := <-n.lost:
			// Whatever the error is, an event may be lost for it.
			if !n.send(Event{Kind: Lost, Err: err}) {
				return
			}
		}
	}
}

// listen takes the errors of the system at once, until it is closed. fsnotify hands
// some of them over while it holds the lock that Add and Remove wait for: who calls
// these and takes the errors as well would wait for himself. One error that is not yet
// heard of stands for all.
func (n *notifier) listen() {
	for err := range n.system.Errors {
		if err == nil {
			continue
		}
		select {
		case n.lost <- err:
		default:
		}
	}
}

func (n *notifier) send(e Event) bool {
	select {
	case n.events <- e:
		return true
	case <-n.done:
		return false
	}
}

// handle passes an event on. It is false if nobody wants more.
func (n *notifier) handle(ctx context.Context, e fsnotify.Event) bool {
	if e.Name == n.root {
		if e.Has(fsnotify.Create) || e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
			return n.send(Event{Kind: Uprooted})
		}
		return true
	}
	name, inside := strings.CutPrefix(e.Name, strings.TrimSuffix(n.root, string(filepath.Separator))+string(filepath.Separator))
	path := filepath.ToSlash(name)
	// Permissions and times alone are no content; what became readable for them the
	// rescan finds.
	if !inside || e.Op == fsnotify.Chmod || strings.HasPrefix(filepath.Base(name), tempPrefix) {
		return true
	}
	folder := n.watched[path]
	if folder && (e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)) {
		n.remove(path)
	}
	if e.Has(fsnotify.Create) && n.wanted(path) {
		if info, err := disk.LstatPath(e.Name); err == nil && info.IsDir() {
			folder = true
			n.place(ctx, path)
		}
	}
	if !folder && !n.mapping.Match(path) {
		return true
	}
	return n.send(Event{Kind: Touched, Path: path, Folder: folder})
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}
