//go:build failpoint

package chaos

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
)

// watch begins to count the calls to the disk, and to fail some, until counts is
// called. Of several worlds only one can be watched at a time.
func (w *world) watch(faults []diskFault) (counts func() map[string]int, err error) {
	g := &gate{world: w, faults: faults, calls: map[string]int{}}
	restore := disk.SetGate(g)
	return func() map[string]int {
		restore()
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.calls
	}, nil
}

// gate is the disk.Gate of one run.
type gate struct {
	world  *world
	faults []diskFault

	mu    sync.Mutex
	calls map[string]int
}

// Before implements disk.Gate.
func (g *gate) Before(c disk.Call) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	op := string(c.Op)
	g.calls[op]++
	if g.world.wire.isDead() {
		return errKilled
	}
	if op == "open" && g.world.isDenied(c.Path) {
		g.world.broken++
		return syscall.EACCES
	}
	for _, f := range g.faults {
		if f.strikes(op, g.calls[op]) {
			return g.strike(f, c)
		}
	}
	return nil
}

// After implements disk.Gate.
func (*gate) After(disk.Call, error) {}

func (g *gate) strike(f diskFault, c disk.Call) error {
	g.world.broken++
	switch f.do {
	case killed:
		g.world.wire.kill()
		return errKilled
	case meddling:
		return g.meddle(c.Path)
	case shortWrite:
		return &disk.Short{N: c.N / 2, Err: syscall.ENOSPC}
	}
	return errnos[f.do]
}

// meddle gives the file at name another content, if it is one of the tree.
func (g *gate) meddle(name string) error {
	path, inside := strings.CutPrefix(filepath.ToSlash(name), filepath.ToSlash(g.world.tree)+"/")
	info, err := os.Lstat(name)
	if !inside || err != nil || !info.Mode().IsRegular() || strings.HasPrefix(path, ".osssync") || strings.Contains(path, "/.osssync") {
		return nil
	}
	return g.world.meddle(path, int(info.Size())+1)
}

// meddle writes to a file of the tree in the middle of a run.
func (w *world) meddle(path string, size int) error {
	w.meddling.Lock()
	defer w.meddling.Unlock()
	c := w.compose(path, size)
	w.meddled[path] = intrusion{digest(c), int64(size)}
	if !w.scene.push {
		w.foreign[path] = true
	}
	return os.WriteFile(w.file(path), c, 0o644)
}

// isDenied reports whether name is a folder of the tree that runs may not read, or
// lies in one.
func (w *world) isDenied(name string) bool {
	path, inside := strings.CutPrefix(filepath.ToSlash(name), filepath.ToSlash(w.tree)+"/")
	return inside && w.below(w.denied, path)
}

// errKilled is what the calls of a run come to that is dead. Nobody reads it.
var errKilled = errors.New("killed")

// strikes reports whether the n-th call for op is struck.
func (f diskFault) strikes(op string, n int) bool {
	return f.op == op && (n == f.nth || f.ever && n > f.nth)
}

var errnos = map[string]error{
	"EACCES": syscall.EACCES, "EIO": syscall.EIO, "EMFILE": syscall.EMFILE, "ENOSPC": syscall.ENOSPC, "EROFS": syscall.EROFS,
}
