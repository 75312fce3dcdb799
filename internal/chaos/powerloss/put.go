//go:build failpoint

package powerloss

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/resumable"
)

// Put makes the watched folders hold s, and nothing else. The folders themselves
// stay what they are.
//
// What the index says of a file it says by inode and change time, which no program
// can give to a file. Rows about a file of s are put in terms of the file that
// stands for it, as if it had kept both.
func (s *State) Put() error {
	p := placing{state: s, nodes: map[string]int{}, names: map[int]string{}}
	for root, path := range s.log.roots {
		if err := errors.Join(os.MkdirAll(path, 0o700), clearFolder(path), p.fill(root, path)); err != nil {
			return err
		}
	}
	for path := range p.nodes {
		if filepath.Base(path) == "index.db" {
			if err := p.translate(path); err != nil {
				return err
			}
		}
	}
	return nil
}

func clearFolder(path string) error {
	entries, err := os.ReadDir(path)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(path, entry.Name())))
	}
	return err
}

// placing is a state that is being made real.
type placing struct {
	state *State
	nodes map[string]int // files, by path
	names map[int]string // first path of each
}

func (p *placing) fill(folder int, path string) error {
	for name, id := range p.state.folder(folder) {
		below := filepath.Join(path, name)
		if p.state.log.nodes[id].folder {
			if err := errors.Join(os.Mkdir(below, 0o700), p.fill(id, below)); err != nil {
				return err
			}
			continue
		}
		p.nodes[below] = id
		if first, twice := p.names[id]; twice {
			if err := os.Link(first, below); err != nil {
				return err
			}
			continue
		}
		p.names[id] = below
		f := p.state.file(id)
		mtime := time.Unix(0, f.mtime)
		if err := errors.Join(os.WriteFile(below, f.content, 0o600), os.Chtimes(below, mtime, mtime)); err != nil {
			return err
		}
	}
	return nil
}

// translate changes the rows of the index at path, unless it is damaged.
func (p *placing) translate(path string) error {
	x, err := index.Open(path, false)
	if errors.Is(err, index.ErrDamaged) {
		return nil
	}
	if err != nil {
		return err
	}
	var changes []index.Change
	log := p.state.log
	for row, err := range x.Rows() {
		if err != nil {
			return errors.Join(err, x.Close())
		}
		at := filepath.Join(log.roots[0], filepath.FromSlash(row.Path))
		if id, there := p.nodes[at]; !there || log.nodes[id].inode != row.Local.Inode {
			continue
		}
		info, err := os.Lstat(at)
		if err != nil {
			return errors.Join(err, x.Close())
		}
		now := resumable.FingerprintOf(info)
		row.Local.Inode, row.Local.CtimeNs = now.Inode, now.ChangeTime
		changes = append(changes, index.Change{Path: row.Path, Row: &row})
	}
	return errors.Join(x.Write(changes), x.Close())
}
