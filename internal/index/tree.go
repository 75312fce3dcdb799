package index

import (
	"encoding/binary"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"

	"github.com/osssync/osssync/internal/disk"
)

// A page of bbolt begins with a header: id, flags, count, overflow. In a branch
// page, count elements follow: position and size of a key, id of a child page. In a
// leaf they are flags, position, and the sizes of key and value.
const (
	pageHeader    = 16
	flagsAt       = 8
	countAt       = 10
	overflowAt    = 12
	branchPage    = 0x01
	leafPage      = 0x02
	freePage      = 0x10
	leafElement   = 16   // as branchElement
	bucketLeaf    = 0x01 // flag of an element: its value is a bucket
	bucketHeader  = 16
	branchElement = 16
	childAt       = 8
)

// A meta page is the one of two that the number of its transaction tells. The page
// of the list of free pages is named in it, or none is.
const (
	metaPages  = 2
	freelistAt = 48
	noFreelist = ^uint64(0)
	longList   = 0xffff // as count of the page says that the first of its numbers is the count
)

// checkTrees follows the pages of both buckets and the list of free pages. bbolt
// does so without looking back: a branch that leads to itself would keep it going
// until memory ends, so would a page that claims billions of others when it is freed,
// and a page that is in use and free would be overwritten. No panic tells of that.
func (x *Index) checkTrees(tx *bolt.Tx) error {
	size := int64(x.db.Info().PageSize)
	end := uint64(tx.Size() / size)
	w := pageWalk{file: disk.ContentOf(x.file), size: size, end: end, taken: make([]uint64, end/64+1)}
	for _, root := range []uint64{uint64(tx.Cursor().Bucket().Root()), uint64(tx.Bucket(bucketRows).Root())} {
		if root == 0 { // so small that it is kept in its parent
			continue
		}
		if err := w.follow(root); err != nil {
			return err
		}
	}
	return w.free(tx.ID())
}

type pageWalk struct {
	file  io.ReaderAt
	size  int64    // of a page
	end   uint64   // no page has this number, nor a higher one
	taken []uint64 // a bit for each page that was met
}

// take marks pages as met, of which none may have been before.
func (w *pageWalk) take(page, pages uint64) error {
	if page < metaPages || page >= w.end || pages > w.end-page {
		return fmt.Errorf("%w: page %d and %d more beyond the end", ErrDamaged, page, pages-1)
	}
	for ; pages > 0; page, pages = page+1, pages-1 {
		if w.taken[page/64]&(1<<(page%64)) != 0 {
			return fmt.Errorf("%w: page %d is met twice", ErrDamaged, page)
		}
		w.taken[page/64] |= 1 << (page % 64)
	}
	return nil
}

// read returns n bytes of a page.
func (w *pageWalk) read(page uint64, offset, n int64) ([]byte, error) {
	b := make([]byte, n)
	if _, err := w.file.ReadAt(b, int64(page)*w.size+offset); err != nil {
		return nil, fmt.Errorf("%w: page %d: %w", ErrDamaged, page, err)
	}
	return b, nil
}

// enter takes a page with its overflow and returns its header and how many bytes
// follow that.
func (w *pageWalk) enter(page uint64) (header []byte, rest int64, err error) {
	if page >= w.end {
		return nil, 0, fmt.Errorf("%w: page %d beyond the end", ErrDamaged, page)
	}
	if header, err = w.read(page, 0, pageHeader); err != nil {
		return nil, 0, err
	}
	if binary.NativeEndian.Uint64(header) != page {
		return nil, 0, fmt.Errorf("%w: page %d has another number", ErrDamaged, page)
	}
	pages := 1 + uint64(binary.NativeEndian.Uint32(header[overflowAt:]))
	return header, int64(pages)*w.size - pageHeader, w.take(page, pages)
}

func (w *pageWalk) follow(page uint64) error {
	_, rest, err := w.enter(page)
	if err != nil {
		return err
	}
	whole, err := w.read(page, 0, pageHeader+rest)
	if err != nil {
		return err
	}
	if !elementsFit(whole) {
		return fmt.Errorf("%w: page %d is none of a tree", ErrDamaged, page)
	}
	if binary.NativeEndian.Uint16(whole[flagsAt:]) == leafPage {
		return nil
	}
	for i := range int(binary.NativeEndian.Uint16(whole[countAt:])) {
		if err := w.follow(binary.NativeEndian.Uint64(whole[pageHeader+i*branchElement+childAt:])); err != nil {
			return err
		}
	}
	return nil
}

// elementsFit reports whether a page is a branch that leads somewhere or a leaf, and
// what its elements point to lies in it. bbolt would take what lies behind it for
// keys, and keep pointers to that.
func elementsFit(page []byte) bool {
	if len(page) < pageHeader {
		return false
	}
	kind, count := binary.NativeEndian.Uint16(page[flagsAt:]), int(binary.NativeEndian.Uint16(page[countAt:]))
	if pageHeader+count*leafElement > len(page) || kind != leafPage && (kind != branchPage || count == 0) {
		return false
	}
	word := func(at int) uint64 { return uint64(binary.NativeEndian.Uint32(page[at:])) }
	for at := pageHeader; at < pageHeader+count*leafElement; at += leafElement {
		if kind == branchPage {
			if uint64(at)+word(at)+word(at+4) > uint64(len(page)) {
				return false
			}
			continue
		}
		value := uint64(at) + word(at+4) + word(at+8)
		end := value + word(at+12)
		if end > uint64(len(page)) || word(at)&bucketLeaf != 0 && !bucketFits(page[value:end]) {
			return false
		}
	}
	return true
}

// bucketFits judges the value of a bucket: the page of its root and a counter, and
// if there is no such page what would be in it.
func bucketFits(value []byte) bool {
	return len(value) >= bucketHeader && (binary.NativeEndian.Uint64(value) != 0 || elementsFit(value[bucketHeader:]))
}

// free takes the pages of the list of free pages that transaction id left.
func (w *pageWalk) free(id int) error {
	list, err := w.read(uint64(id%metaPages), freelistAt, 8)
	if err != nil {
		return err
	}
	page := binary.NativeEndian.Uint64(list)
	if page == noFreelist {
		return nil
	}
	header, rest, err := w.enter(page)
	if err != nil {
		return err
	}
	if binary.NativeEndian.Uint16(header[flagsAt:]) != freePage {
		return fmt.Errorf("%w: page %d is no list of free pages", ErrDamaged, page)
	}
	count, offset := uint64(binary.NativeEndian.Uint16(header[countAt:])), int64(pageHeader)
	if count == longList {
		if list, err = w.read(page, offset, 8); err != nil {
			return err
		}
		count, offset, rest = binary.NativeEndian.Uint64(list), offset+8, rest-8
	}
	if count > uint64(rest/8) {
		return fmt.Errorf("%w: %d free pages in a list too short for them", ErrDamaged, count)
	}
	if list, err = w.read(page, offset, int64(count)*8); err != nil {
		return err
	}
	for ; len(list) > 0; list = list[8:] {
		if err := w.take(binary.NativeEndian.Uint64(list), 1); err != nil {
			return err
		}
	}
	return nil
}
