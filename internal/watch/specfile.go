package watch

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/spec"
)

// specQuiet is how long a spec file must have been left alone before it is read: one
// that is half written may well be valid, and lack its last excludes.
const specQuiet = time.Second

// edition is what stands in the spec file.
type edition struct {
	spec   *spec.Spec
	err    error // why it cannot be used
	forced bool  // somebody asked for it to be read
}

// specFile looks after the spec file.
type specFile struct {
	path string
	load func(path string) (*spec.Spec, error)
	seen fs.FileInfo // nil: the file is not there

	// events tells that something happened near the file; nil if that cannot be told.
	events func() (events <-chan struct{}, stop func())
}

// follow sends an edition whenever the file was changed and left alone for a second,
// and at once when told to, until ctx ends. Events are hints here too: the file is
// looked at every heartbeat.
func (f *specFile) follow(ctx context.Context, force <-chan struct{}, editions chan<- edition) {
	events, stop := f.events()
	defer stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	var quiet <-chan time.Time
	for {
		forced := false
		select {
		case <-ctx.Done():
			return
		case <-events:
			if f.changed() {
				quiet = time.After(specQuiet)
			}
			continue
		case <-beat.C:
			if f.changed() && quiet == nil {
				quiet = time.After(specQuiet)
			}
			continue
		case <-quiet:
			if f.changed() { // since it was looked at
				quiet = time.After(specQuiet)
				continue
			}
			quiet = nil
		case <-force:
			forced = true
			f.changed()
		}
		e := edition{forced: forced}
		e.spec, e.err = f.load(f.path)
		select {
		case editions <- e:
		case <-ctx.Done():
			return
		}
	}
}

// changed looks at the file and reports whether it is another one than last time.
func (f *specFile) changed() bool {
	before := f.seen
	f.seen, _ = disk.StatPath(f.path)
	switch {
	case before == nil || f.seen == nil:
		return (before == nil) != (f.seen == nil)
	}
	return !os.SameFile(before, f.seen) || before.Size() != f.seen.Size() || !before.ModTime().Equal(f.seen.ModTime())
}

// nearby tells what happens in the folder of a file, for editors and tools replace
// files. Without, the heartbeat is all there is.
func nearby(path string) (<-chan struct{}, func()) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, func() {}
	}
	if err := w.Add(filepath.Dir(path)); err != nil {
		w.Close()
		return nil, func() {}
	}
	events := make(chan struct{})
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-w.Errors: // the heartbeat makes up for what is lost
			case <-w.Events:
				select {
				case events <- struct{}{}:
				case <-done:
					return
				}
			}
		}
	}()
	return events, func() {
		close(done)
		<-ended
		w.Close()
	}
}
