package index

import (
	"encoding/binary"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"

	"github.com/osssync/osssync/internal/disk"
)

// A page of bbolt begins with a header: id, flags, count, overflow. In a branch
// page, count elements follow: position and size of a key, id of a child page.
const (
	pageHeader    = 16
	flagsAt       = 8
	countAt       = 10
	branchPage    = 0x01
	branchElement = 16
	childAt       = 8
)

// checkTrees follows the branch pages of both buckets. bbolt does so without
// looking back: one that leads to itself would keep it going until memory ends,
// and no panic tells of that.
func (x *Index) checkTrees(tx *bolt.Tx) error {
	w := pageWalk{file: disk.ContentOf(x.file), size: int64(x.db.Info().PageSize), seen: map[uint64]bool{}}
	if err := w.follow(uint64(tx.Cursor().Bucket().Root())); err != nil {
		return err
	}
	return w.follow(uint64(tx.Bucket(bucketRows).Root()))
}

type pageWalk struct {
	file io.ReaderAt
	size int64           // of a page
	seen map[uint64]bool // branch pages: one of a hundred or fewer pages is one
}

func (w *pageWalk) follow(page uint64) error {
	header := make([]byte, pageHeader)
	if _, err := w.file.ReadAt(header, int64(page)*w.size); err != nil {
		return fmt.Errorf("%w: page %d: %w", ErrDamaged, page, err)
	}
	if binary.NativeEndian.Uint16(header[flagsAt:])&branchPage == 0 {
		return nil
	}
	if w.seen[page] {
		return fmt.Errorf("%w: page %d leads to itself or is led to twice", ErrDamaged, page)
	}
	w.seen[page] = true
	elements := make([]byte, int(binary.NativeEndian.Uint16(header[countAt:]))*branchElement)
	if _, err := w.file.ReadAt(elements, int64(page)*w.size+pageHeader); err != nil {
		return fmt.Errorf("%w: page %d: %w", ErrDamaged, page, err)
	}
	for ; len(elements) > 0; elements = elements[branchElement:] {
		if err := w.follow(binary.NativeEndian.Uint64(elements[childAt:])); err != nil {
			return err
		}
	}
	return nil
}
