package ossserver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// A page of bbolt begins with a header: id, flags, count, overflow. Elements
// follow, count of them, each of 16 bytes: in a branch page position and size of
// a key and the id of a child; in a leaf page flags, position, size of key and
// size of value, which lies behind the key. Positions count from the element. The
// value of a bucket is the id of its root and a sequence; where the id is 0 the
// page itself comes next.
const (
	pageHeader   = 16
	pageElement  = 16
	bucketHeader = 16

	branchPage = 0x01
	leafPage   = 0x02
	bucketLeaf = 0x01 // flag of an element

	firstPage = 2  // behind the two meta pages
	maxDepth  = 64 // of trees within trees, beyond any that is whole
)

// The meta pages hold the header, and then these bytes and a checksum over them.
const (
	metaSize    = 56
	metaMagic   = 0xED0CDAED
	metaVersion = 2
)

// wholeMeta reports whether both meta pages are valid. bbolt writes them in turn
// and makes do with the older one when the newer is not: then the change that was
// acknowledged last may be missing.
func wholeMeta(file io.ReaderAt, pageSize int) (bool, error) {
	for page := range firstPage {
		meta := make([]byte, metaSize+8)
		if _, err := file.ReadAt(meta, int64(page*pageSize)+pageHeader); err != nil {
			return false, err
		}
		sum := fnv.New64a()
		sum.Write(meta[:metaSize])
		if binary.NativeEndian.Uint32(meta) != metaMagic || binary.NativeEndian.Uint32(meta[4:]) != metaVersion ||
			binary.NativeEndian.Uint64(meta[metaSize:]) != sum.Sum64() {
			return false, nil
		}
	}
	return true, nil
}

// pageWalk looks at all pages of a database before bbolt does. Where no list of
// free pages is stored, bbolt looks for those in use in a goroutine of its own,
// and its panics there end the process; and a branch that leads to itself would
// keep it going until memory ends.
type pageWalk struct {
	file     io.ReaderAt
	pageSize int
	end      uint64   // of the pages
	seen     []uint64 // a bit a page
	buffers  [][]byte // by depth: the keys of a page bound those below it
}

func newPageWalk(file io.ReaderAt, pageSize int, size int64) *pageWalk {
	end := uint64(size) / uint64(pageSize)
	return &pageWalk{file: file, pageSize: pageSize, end: end, seen: make([]uint64, end/64+1)}
}

// treePage is a page that was read, or one that lies within a value.
type treePage struct {
	id    uint64
	flags uint16
	count int
	start []byte // header and elements, and what came along
	size  int64  // with overflow
}

func (w *pageWalk) damage(id uint64, what string) error {
	return fmt.Errorf("%w: page %d: %s", ErrDamaged, id, what)
}

// tree follows the pages from a root on. Keys are from low on and below high; nil
// bounds nothing.
func (w *pageWalk) tree(id uint64, depth int, low, high []byte) error {
	p, err := w.read(id, depth)
	if err != nil {
		return err
	}
	return w.content(p, depth, low, high)
}

// read reads a page and marks it as seen.
func (w *pageWalk) read(id uint64, depth int) (*treePage, error) {
	if id < firstPage || id >= w.end {
		return nil, w.damage(id, "not in the file")
	}
	if depth == maxDepth {
		return nil, w.damage(id, "too deep")
	}
	if depth == len(w.buffers) {
		w.buffers = append(w.buffers, make([]byte, w.pageSize))
	}
	start := w.buffers[depth]
	if _, err := w.file.ReadAt(start, int64(id)*int64(w.pageSize)); err != nil {
		return nil, err
	}
	overflow := uint64(binary.NativeEndian.Uint32(start[12:]))
	if binary.NativeEndian.Uint64(start) != id || overflow >= w.end-id {
		return nil, w.damage(id, "another page's header")
	}
	for i := id; i <= id+overflow; i++ {
		if w.seen[i/64]&(1<<(i%64)) != 0 {
			return nil, w.damage(i, "led to twice")
		}
		w.seen[i/64] |= 1 << (i % 64)
	}
	p := &treePage{id: id, start: start, size: int64(overflow+1) * int64(w.pageSize)}
	p.parseHeader()
	if need := pageHeader + p.count*pageElement; need > len(start) && int64(need) <= p.size {
		p.start = make([]byte, need)
		if _, err := w.file.ReadAt(p.start, int64(id)*int64(w.pageSize)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *treePage) parseHeader() {
	p.flags = binary.NativeEndian.Uint16(p.start[8:])
	p.count = int(binary.NativeEndian.Uint16(p.start[10:]))
}

// content judges the elements of a page and what they lead to.
func (w *pageWalk) content(p *treePage, depth int, low, high []byte) error {
	end := pageHeader + p.count*pageElement
	switch {
	case p.flags != branchPage && p.flags != leafPage:
		return w.damage(p.id, "neither branch nor leaf")
	case end > len(p.start), p.flags == branchPage && p.count == 0:
		return w.damage(p.id, "impossible number of elements")
	}
	var key []byte
	for i := range p.count {
		e := p.element(i)
		next, err := w.bytes(p, e.at, e.keySize)
		if err != nil {
			return err
		}
		if i > 0 && bytes.Compare(key, next) >= 0 || low != nil && bytes.Compare(next, low) < 0 || high != nil && bytes.Compare(next, high) >= 0 {
			return w.damage(p.id, "keys out of order")
		}
		key = next
		if err := w.below(p, i, e, depth, key, high); err != nil {
			return err
		}
	}
	return nil
}

// treeElement is an element of either kind of page.
type treeElement struct {
	flags     uint32
	at        int64 // of the key, in the page
	keySize   int64
	valueSize int64
	child     uint64
}

func (p *treePage) element(i int) treeElement {
	offset := pageHeader + i*pageElement
	raw := p.start[offset:]
	number := func(at int) int64 { return int64(binary.NativeEndian.Uint32(raw[at:])) }
	if p.flags == branchPage {
		return treeElement{at: int64(offset) + number(0), keySize: number(4), child: binary.NativeEndian.Uint64(raw[8:])}
	}
	return treeElement{flags: uint32(number(0)), at: int64(offset) + number(4), keySize: number(8), valueSize: number(12)}
}

// bytes returns a piece of a page.
func (w *pageWalk) bytes(p *treePage, at, size int64) ([]byte, error) {
	switch {
	case at+size > p.size:
		return nil, w.damage(p.id, "element beyond its end")
	case at+size <= int64(len(p.start)):
		return p.start[at : at+size], nil
	}
	piece := make([]byte, size)
	_, err := w.file.ReadAt(piece, int64(p.id)*int64(w.pageSize)+at)
	return piece, err
}

// below follows what the element i of a page leads to.
func (w *pageWalk) below(p *treePage, i int, e treeElement, depth int, low, high []byte) error {
	if p.flags == branchPage {
		if i+1 < p.count {
			next := p.element(i + 1)
			var err error
			if high, err = w.bytes(p, next.at, next.keySize); err != nil {
				return err
			}
		}
		return w.tree(e.child, depth+1, low, high)
	}
	if e.at+e.keySize+e.valueSize > p.size {
		return w.damage(p.id, "value beyond its end")
	}
	if e.flags&bucketLeaf == 0 {
		return nil
	}
	value, err := w.bytes(p, e.at+e.keySize, e.valueSize)
	if err != nil {
		return err
	}
	if len(value) < bucketHeader {
		return w.damage(p.id, "bucket cut short")
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return w.tree(root, depth+1, nil, nil)
	}
	inline := &treePage{id: p.id, start: value[bucketHeader:], size: int64(len(value) - bucketHeader)}
	if len(inline.start) < pageHeader {
		return w.damage(p.id, "bucket cut short")
	}
	if inline.parseHeader(); inline.flags != leafPage {
		return w.damage(p.id, "bucket that is no leaf")
	}
	return w.content(inline, depth, nil, nil)
}
