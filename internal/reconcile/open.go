package reconcile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// open opens lock, index and tree.
func (p *Plan) open() error {
	if err := p.checkState(); err != nil {
		return err
	}
	if err := makeDir(filepath.Join(p.state, plansDir)); errors.Is(err, syscall.ENOTDIR) {
		return &SetupError{Mapping: p.Mapping.Name, Fact: err.Error(), Hint: "choose another --state-dir"}
	} else if err != nil {
		return err
	}
	if err := p.checkPrivate(); err != nil {
		return err
	}
	if p.locked {
		release, err := acquire(p.state, p.Mapping.Name, p.session.opts.Now())
		if err != nil {
			return err
		}
		p.release = release
		p.testLock()
	}
	p.origin = p.session.origin(p.Mapping.Root)
	if err := p.openIndex(); err != nil {
		return err
	}
	return p.openRoot()
}

// checkState refuses a state folder inside the tree: it would be synced, or
// deleted.
func (p *Plan) checkState() error {
	rest, inside := below(p.state, p.Mapping.Root)
	if !inside || !p.Mapping.Match(rest) {
		return nil
	}
	return &SetupError{Mapping: p.Mapping.Name,
		Fact: fmt.Sprintf("the state folder %q lies inside the tree %q", p.state, p.Mapping.Root),
		Hint: "choose another --state-dir, or exclude it"}
}

// resolved follows the symbolic links of path, as far as it exists.
func resolved(path string) string {
	for rest := ""; ; {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Join(real, rest)
		}
		above, name := filepath.Dir(path), filepath.Base(path)
		if above == path {
			return filepath.Join(path, rest)
		}
		path, rest = above, filepath.Join(name, rest)
	}
}

// StablePath returns an absolute name of the file at path that stays when another
// edition of it is put there. Links of its folder are followed, and the file's own if
// it leads to another name in that folder. One that leads elsewhere is set anew with
// each edition: Kubernetes does so with the files of a ConfigMap.
func StablePath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	dir := resolved(filepath.Dir(path))
	if file, err := filepath.EvalSymlinks(path); err == nil && filepath.Dir(file) == dir {
		return file
	}
	return filepath.Join(dir, filepath.Base(path))
}

// openIndex opens the index of this place if there is one. A damaged one is as if
// there were none; a run moves it aside so that it can be looked at.
func (p *Plan) openIndex() error {
	p.indexAt = filepath.Join(p.state, indexFile)
	x, err := index.Open(p.indexAt, !p.locked)
	switch {
	case err == nil:
		p.index = x
		return p.checkOrigin()
	case errors.Is(err, fs.ErrNotExist):
		return p.openKept() // a run that was killed may have left it there
	case errors.Is(err, index.ErrBusy):
		return &LockedError{Mapping: p.Mapping.Name, Holder: readHolder(p.state)}
	case errors.Is(err, index.ErrDamaged):
		return p.dropIndex()
	}
	return err
}

// dropIndex goes on as if there were no index.
func (p *Plan) dropIndex() error {
	p.index.Close() // of a damaged file; nothing was written
	p.index = nil
	if !p.locked {
		return nil
	}
	return disk.RenamePath(p.indexAt, filepath.Join(p.state, indexFile+".damaged"))
}

// openRoot opens the local tree. A push needs one; a pull may begin without, and
// a run of it makes the folder.
func (p *Plan) openRoot() error {
	m := p.Mapping
	root, err := localfs.OpenRoot(m.Root)
	if errors.Is(err, fs.ErrNotExist) && m.Direction == spec.Pull {
		if !p.locked {
			return nil
		}
		if err := disk.MkdirAll(m.Root, 0o777); err != nil {
			return fmt.Errorf("root of mapping %q: %w", m.Name, err)
		}
		root, err = localfs.OpenRoot(m.Root)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p.missing("does not exist")
	case err != nil && !isFolder(m.Root):
		return p.missing("is no folder")
	}
	p.root = root
	return err
}

// isFolder reports whether path leads to a folder, or cannot be looked at.
func isFolder(path string) bool {
	info, err := disk.StatPath(path)
	return err != nil || info.IsDir()
}

// missing is the error of a root that is not what it has to be. A pull does not
// lack a source for that.
func (p *Plan) missing(what string) error {
	m, hint := p.Mapping, "check `local:` in the spec"
	if m.Direction == spec.Pull {
		return &SetupError{Mapping: m.Name, Fact: fmt.Sprintf("the root %q %s", m.Root, what), Hint: hint}
	}
	return &plan.GuardError{Mapping: m.Name, Trips: []plan.Trip{{
		Guard: "missing-source",
		Fact:  fmt.Sprintf("source %q %s", m.Root, what),
		Hint:  hint + "; an unmounted disk looks like this too",
	}}}
}

// SetupError says that a mapping cannot be worked on as things are set up.
type SetupError struct {
	Mapping, Fact, Hint string
}

func (e *SetupError) Error() string { return fmt.Sprintf("mapping %q: %s", e.Mapping, e.Fact) }
