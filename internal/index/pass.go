package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"

	bolt "go.etcd.io/bbolt"

	"github.com/osssync/osssync/internal/disk"
)

const (
	runPages = 16   // read at once where they follow one another in the file
	maxPages = 1024 // of one page with its overflow: a row takes a few kilobytes
	maxDepth = 32   // a tree of bbolt with 10^9 rows has six levels
)

// pass goes over the records of the rows in the order of their tree. It reads the
// file: what bbolt hands out it maps, and pages that were mapped once count as
// memory of the process, so that a large index would take all of its size.
type pass struct {
	file   io.ReaderAt
	size   int         // of a page
	root   uint64      // page of the tree; 0: the rows are so few that bbolt gives them none
	few    [][2][]byte // then their keys and values
	inline [][2][]byte // those of them that are still to come
	from   string      // keys before it are passed over
	levels []level     // from the root to the leaf
	read   []byte      // pages read last
	first  uint64      // id of the first of them
	leaf   []byte      // page of which the elements from at to count are still to come
	at     int
	count  int
}

// level is a branch page: its children, and the next of them to go to.
type level struct {
	children []uint64
	next     int
}

// newPass begins a pass over the rows that tx sees. The pages of a transaction stay
// as they are until it ends.
func (x *Index) newPass(tx *bolt.Tx) (*pass, error) {
	p := &pass{file: disk.ContentOf(x.file), size: x.db.Info().PageSize}
	err := sound(func() error {
		rows := tx.Bucket(bucketRows)
		if p.root = uint64(rows.Root()); p.root != 0 {
			p.levels = []level{{children: []uint64{p.root}}}
			return nil
		}
		return rows.ForEach(func(k, v []byte) error {
			p.few = append(p.few, [2][]byte{slices.Clone(k), slices.Clone(v)})
			return nil
		})
	})
	p.inline = p.few
	return p, err
}

// seek has the next row be the first that is not before path. Pages without such
// rows are not read.
func (p *pass) seek(path string) {
	if p.from = path; p.root == 0 {
		at := sort.Search(len(p.few), func(i int) bool { return string(p.few[i][0]) >= path })
		p.inline = p.few[at:]
		return
	}
	p.levels = append(p.levels[:0], level{children: []uint64{p.root}})
	p.at, p.count = 0, 0
}

// next returns the next path and record, valid until the next call; a path of nil
// is the end. The error wraps [ErrDamaged] unless it is the file system's.
func (p *pass) next() (path, record []byte, err error) {
	if len(p.inline) > 0 {
		row := p.inline[0]
		p.inline = p.inline[1:]
		return row[0], row[1], nil
	}
	for {
		for p.at == p.count {
			if more, err := p.turn(); !more || err != nil {
				return nil, nil, err
			}
		}
		if path, record, err = p.row(); err != nil || string(path) >= p.from {
			return path, record, err
		}
	}
}

// row returns the row whose turn it is in the leaf.
func (p *pass) row() (path, record []byte, err error) {
	at := pageHeader + p.at*leafElement
	p.at++
	element := p.leaf[at:][:leafElement]
	start := uint64(at) + uint64(binary.NativeEndian.Uint32(element[4:]))
	middle := start + uint64(binary.NativeEndian.Uint32(element[8:]))
	end := middle + uint64(binary.NativeEndian.Uint32(element[12:]))
	if start == middle || end > uint64(len(p.leaf)) {
		return nil, nil, fmt.Errorf("%w: row %d of a page beyond its end", ErrDamaged, p.at)
	}
	return p.leaf[start:middle], p.leaf[middle:end], nil
}

// turn goes to the next page of the tree that has not been visited, if there is one.
func (p *pass) turn() (more bool, err error) {
	for len(p.levels) > 0 && p.levels[len(p.levels)-1].done() {
		p.levels = p.levels[:len(p.levels)-1]
	}
	if len(p.levels) == 0 {
		return false, nil
	}
	id, run := p.levels[len(p.levels)-1].take()
	page, err := p.load(id, run)
	if err != nil {
		return false, fmt.Errorf("page %d: %w", id, err)
	}
	count := int(binary.NativeEndian.Uint16(page[countAt:]))
	switch kind := binary.NativeEndian.Uint16(page[flagsAt:]); {
	case kind == leafPage && pageHeader+count*leafElement <= len(page):
		p.leaf, p.at, p.count = page, 0, count
		return true, nil
	case kind == branchPage && pageHeader+count*branchElement <= len(page) && len(p.levels) < maxDepth:
		children := make([]uint64, count)
		for i := range children {
			children[i] = binary.NativeEndian.Uint64(page[pageHeader+i*branchElement+childAt:])
		}
		p.levels = append(p.levels, level{children: children, next: p.firstChild(page, count)})
		return true, nil
	}
	return false, fmt.Errorf("page %d: %w: not one of rows", id, ErrDamaged)
}

// firstChild returns the child of a branch page in which the first of the rows to come
// is, if any is below that page.
func (p *pass) firstChild(page []byte, count int) int {
	if p.from == "" || !elementsFit(page) { // then the rows before it are passed over one by one
		return 0
	}
	after := sort.Search(count, func(i int) bool {
		at := pageHeader + i*branchElement
		start := at + int(binary.NativeEndian.Uint32(page[at:]))
		return string(page[start:start+int(binary.NativeEndian.Uint32(page[at+4:]))]) > p.from
	})
	return max(after-1, 0)
}

func (l *level) done() bool { return l.next == len(l.children) }

// take goes past the next child and returns it, and how many children from it on
// follow one another in the file as they do in the tree.
func (l *level) take() (id uint64, run int) {
	id, run = l.children[l.next], 1
	for run < runPages && l.next+run < len(l.children) && l.children[l.next+run] == id+uint64(run) {
		run++
	}
	l.next++
	return id, run
}

// load returns a page with its overflow, valid until the next call. Of run pages
// from it on what is there already is not read again.
func (p *pass) load(id uint64, run int) ([]byte, error) {
	if id < p.first || id-p.first >= uint64(len(p.read)/p.size) {
		if err := p.fetch(id, run); err != nil {
			return nil, err
		}
	}
	page := p.read[int(id-p.first)*p.size:]
	pages := 1 + int(binary.NativeEndian.Uint32(page[overflowAt:]))
	if binary.NativeEndian.Uint64(page) != id || pages > maxPages {
		return nil, fmt.Errorf("%w: no page of that name", ErrDamaged)
	}
	if pages*p.size > len(page) {
		if err := p.fetch(id, pages); err != nil {
			return nil, err
		}
		page = p.read
	}
	if pages*p.size > len(page) {
		return nil, fmt.Errorf("%w: cut off", ErrDamaged)
	}
	return page[:pages*p.size], nil
}

// fetch reads pages from one on, or as many as the file has.
func (p *pass) fetch(id uint64, pages int) error {
	if id > uint64(1<<62/p.size) {
		return ErrDamaged
	}
	p.read = slices.Grow(p.read[:0], pages*p.size)[:pages*p.size]
	n, err := p.file.ReadAt(p.read, int64(id)*int64(p.size))
	p.first, p.read = id, p.read[:n/p.size*p.size]
	switch {
	case len(p.read) > 0:
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return fmt.Errorf("%w: beyond the end of the file", ErrDamaged)
	}
	return err
}
