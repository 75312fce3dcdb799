package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/osssync/osssync/internal/disk"
)

// Names in the state folder of a mapping.
const (
	indexFile      = "index.db"
	checkpointsDir = "checkpoints"
	plansDir       = "plans"
	lockFile       = "lock"
	holderFile     = "lock.holder"
)

// identity returns a short text for the given fields, different for different ones.
func identity(fields ...string) string {
	h := sha256.New()
	for _, f := range fields {
		fmt.Fprintf(h, "%d:%s", len(f), f)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// LockedError says that another run holds the lock of a mapping. Nothing was
// changed.
type LockedError struct {
	Mapping string
	Holder  string // in words, as far as the lock file tells
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("another apply of mapping %q is running: %s", e.Mapping, e.Holder)
}

// holder is what the file beside the lock says. It only informs; the lock itself
// is the kernel's and goes with the process, however that ends. It is another
// file because Windows lets nobody read or write a file that is locked.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

func (h holder) String() string {
	return fmt.Sprintf("pid %d on %s since %s", h.PID, h.Host, h.Since.UTC().Format("2006-01-02 15:04:05 MST"))
}

// acquire takes the lock of a state folder, at once or not at all.
func acquire(dir, mapping string, now time.Time) (release func() error, err error) {
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	got := false
	err = disk.Step("lock", lock.Path(), func() (err error) {
		got, err = lock.TryLock()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lock of mapping %q: %w", mapping, err)
	}
	if !got {
		return nil, &LockedError{Mapping: mapping, Holder: readHolder(dir)}
	}
	host, _ := os.Hostname()
	text, err := json.Marshal(holder{PID: os.Getpid(), Host: host, Since: now})
	if err == nil {
		err = disk.WriteFile(filepath.Join(dir, holderFile), append(text, '\n'), 0o600)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock of mapping %q: %w", mapping, err), lock.Unlock())
	}
	return lock.Unlock, nil
}

func readHolder(dir string) string {
	var h holder
	text, err := disk.ReadFile(filepath.Join(dir, holderFile))
	if err != nil || json.Unmarshal(text, &h) != nil {
		return "holder unknown"
	}
	return h.String()
}

// makeDir makes a folder that only this user can read.
func makeDir(path string) error {
	if err := disk.MkdirAllDurable(path, 0o700); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	return nil
}
