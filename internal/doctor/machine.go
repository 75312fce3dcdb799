package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/osssync/osssync/internal/disk"
)

const (
	fewWatches  = 65_536    // folders that inotify watches; a large tree has more
	fewInstance = 64        // programs that watch
	littleSpace = 100 << 20 // bytes; the index of a million objects has some
)

// Machine looks at this machine: limits of the system, and the state folder.
func (x *Examination) Machine() {
	x.watches()
	x.state()
}

// watches reads the limits of inotify, on systems that have it.
func (x *Examination) watches() {
	for _, limit := range []struct {
		name, what string
		few        int
	}{{"max_user_watches", "folders", fewWatches}, {"max_user_instances", "programs", fewInstance}} {
		path := "/proc/sys/fs/inotify/" + limit.name
		subject := "inotify " + limit.name
		text, err := disk.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		n, parseErr := strconv.Atoi(strings.TrimSpace(string(text)))
		switch {
		case err != nil || parseErr != nil:
			x.warn(subject, fmt.Sprintf("%s cannot be read", path), "changes of trees of many folders may go unnoticed")
		case n < limit.few:
			x.warn(subject, fmt.Sprintf("at most %d %s are watched at a time", n, limit.what),
				fmt.Sprintf("for larger trees: sysctl fs.inotify.%s=%d", limit.name, 8*limit.few))
		default:
			x.ok(subject, fmt.Sprintf("%d %s", n, limit.what))
		}
	}
}

// state tries the state folder with a file that is removed at once.
func (x *Examination) state() {
	subject := fmt.Sprintf("state folder %q", x.StateDir)
	info, err := disk.StatPath(x.StateDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		x.ok(subject, "not there yet; the first plan makes it")
		return
	case err == nil && !info.IsDir():
		err = fmt.Errorf("%q is no folder: %w", x.StateDir, fs.ErrPermission)
	case err == nil:
		err = tryToWrite(x.StateDir)
	}
	if err != nil {
		x.fail(subject, err)
		return
	}
	kind, free, known := fileSystem(x.StateDir)
	switch {
	case !known:
		x.ok(subject, "writable")
	case networked(kind):
		x.warn(subject, fmt.Sprintf("writable, on %s, a network file system", kind), "locks may not hold there: name a local folder with --state-dir")
	case free < littleSpace:
		x.warn(subject, fmt.Sprintf("writable, on %s, with %s free", kind, humanize.IBytes(uint64(free))), "free space, or name another folder with --state-dir")
	default:
		x.ok(subject, fmt.Sprintf("writable, on %s, with %s free", kind, humanize.IBytes(uint64(free))))
	}
}

func tryToWrite(dir string) error {
	f, err := disk.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	_, err = disk.Write(f, []byte("osssync doctor\n"))
	return errors.Join(err, disk.Close(f), disk.RemovePath(f.Name()))
}

func networked(kind string) bool {
	return kind == "nfs" || kind == "cifs" || kind == "smb2" || kind == "fuse"
}
