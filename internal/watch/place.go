package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/reconcile"
)

// Names in the folder of a watch.
const (
	statusFile = "status.json"
	lockFile   = "lock"        // of the one watch over the spec
	shownLock  = "status.lock" // of the same, as long as the status is its own
)

// Dir returns the folder, below a state folder, of the watch over the spec at path.
// Links are followed as [reconcile.StablePath] does, so that there is one watch
// however the spec is named, and the same one when the spec was edited.
func Dir(stateDir, path string) string {
	sum := sha256.Sum256([]byte(reconcile.StablePath(path)))
	return filepath.Join(stateDir, "watch-"+hex.EncodeToString(sum[:8]))
}

// RunningError says that another watch over the spec is running. Nothing was changed.
type RunningError struct {
	Spec   string
	Holder string // in words, as far as its status tells
}

func (e *RunningError) Error() string {
	return fmt.Sprintf("another watch over %q is running: %s", e.Spec, e.Holder)
}

// Who looks whether a watch runs holds the lock of its status for a moment, so one
// that begins tries a few times.
const (
	lockTries = 10
	lockPause = 100 * time.Millisecond
)

// errTaken says that another process has a lock.
var errTaken = errors.New("taken")

// acquire takes the lock of a watch over the spec at path.
func acquire(ctx context.Context, dir, path string) (release func() error, err error) {
	if err := disk.MkdirAllDurable(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	release, err = take(ctx, filepath.Join(dir, lockFile))
	if errors.Is(err, errTaken) {
		err = &RunningError{Spec: path, Holder: holder(dir)}
	}
	return release, err
}

// take takes the lock of a file.
func take(ctx context.Context, path string) (release func() error, err error) {
	lock := flock.New(path, flock.SetPermissions(0o600))
	for try := range lockTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			case <-time.After(lockPause):
			}
		}
		got := false
		err := disk.Step("lock", lock.Path(), func() (err error) {
			got, err = lock.TryLock()
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("lock of the watch: %w", err)
		}
		if got {
			return lock.Unlock, nil
		}
	}
	return nil, fmt.Errorf("lock of the watch: %w", errTaken)
}

// holder tells who has the lock.
func holder(dir string) string {
	s, err := read(dir)
	if err != nil {
		return "holder unknown"
	}
	return fmt.Sprintf("pid %d on %s since %s", s.PID, s.Host, s.Started.UTC().Format("2006-01-02 15:04:05 MST"))
}

// ErrNever says that there is no status: no watch over the spec ever ran with this
// state folder.
var ErrNever = errors.New("no watch has run")

// Read returns the last status of the watch over the spec at path, and whether that
// watch is running. The error wraps [ErrNever] if there is none.
func Read(stateDir, path string) (s Status, running bool, err error) {
	dir := Dir(stateDir, path)
	// First the lock: the other way round a status of before could be taken for that
	// of a watch which has only begun.
	running, err = isShown(dir)
	if err == nil {
		s, err = read(dir)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, false, fmt.Errorf("status of %q: %w", path, ErrNever)
	case err != nil:
		return s, false, fmt.Errorf("status of %q: %w", path, err)
	}
	return s, running, nil
}

// isShown reports whether the status is that of a watch which runs.
func isShown(dir string) (bool, error) {
	if _, err := disk.StatPath(filepath.Join(dir, statusFile)); err != nil {
		return false, err
	}
	lock := flock.New(filepath.Join(dir, shownLock), flock.SetPermissions(0o600))
	free := false
	err := disk.Step("lock", lock.Path(), func() (err error) {
		free, err = lock.TryRLock()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lock of the watch: %w", err)
	}
	return !free, lock.Unlock()
}

func read(dir string) (s Status, err error) {
	text, err := disk.ReadFile(filepath.Join(dir, statusFile))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, err
	}
	if s.Format != Format {
		return s, fmt.Errorf("format %d, this program reads %d", s.Format, Format)
	}
	return s, nil
}

// write puts a status where Read finds it, whole or not at all. It need not outlive
// a crash of the machine.
func write(dir string, s *Status) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	f, err := disk.CreateTemp(dir, ".status-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = disk.Write(f, append(text, '\n'))
	err = errors.Join(err, disk.Close(f))
	if err == nil {
		err = disk.RenamePath(f.Name(), filepath.Join(dir, statusFile))
	}
	if err != nil {
		return errors.Join(err, disk.RemovePath(f.Name()))
	}
	return nil
}
