package ossserver

import (
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// A blob is the body of one or more objects: bytes kept inline, or files to be
// read one after the other. Copies share a blob and count their references;
// Complete makes one of the files of its parts without touching their bytes.
type blob struct {
	refs     uint64
	inline   []byte
	segments []segment
}

// segment is a file of a blob; the blob owns it alone.
type segment struct {
	file uint64
	size int64
}

func (b *blob) encode() []byte {
	out := binary.AppendUvarint(nil, b.refs)
	out = binary.AppendUvarint(out, uint64(len(b.segments)))
	for _, s := range b.segments {
		out = binary.AppendUvarint(out, s.file)
		out = binary.AppendUvarint(out, uint64(s.size))
	}
	return append(out, b.inline...)
}

var errCorrupt = errors.New("corrupt record")

// decodeBlob returns a blob whose inline bytes are those of the record itself.
func decodeBlob(record []byte) (*blob, error) {
	d := decoder{rest: record}
	b := &blob{refs: d.uvarint()}
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		return nil, errCorrupt
	}
	if n > 0 {
		b.segments = make([]segment, n)
	}
	for i := range b.segments {
		b.segments[i] = segment{file: d.uvarint(), size: int64(d.uvarint())}
	}
	b.inline = d.rest
	return b, d.err
}

func idKey(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

// addBody stores a staged body and returns its blob, with one reference.
func (tx *transaction) addBody(body *staged) (uint64, error) {
	if body.file == 0 {
		return tx.addBlob(&blob{refs: 1, inline: body.inline})
	}
	if err := tx.ownFile(body.file); err != nil {
		return 0, err
	}
	return tx.addBlob(&blob{refs: 1, segments: []segment{{body.file, body.size}}})
}

func (tx *transaction) addBlob(b *blob) (uint64, error) {
	blobs := tx.Bucket(rootBlobs)
	blobs.FillPercent = 1 // ids ascend: a page that was split is not inserted into again
	id, err := blobs.NextSequence()
	if err != nil {
		return 0, err
	}
	return id, blobs.Put(idKey(id), b.encode())
}

// ownFile records that a file is in use, against the sweep.
func (tx *transaction) ownFile(file uint64) error {
	tx.addsFile = true
	return tx.Bucket(rootFiles).Put(idKey(file), nil)
}

func (tx *transaction) blob(id uint64) (*blob, error) {
	record := tx.Bucket(rootBlobs).Get(idKey(id))
	if record == nil {
		return nil, fmt.Errorf("blob %d: %w", id, errCorrupt)
	}
	return decodeBlob(record)
}

// retain adds a reference to a blob.
func (tx *transaction) retain(id uint64) error {
	b, err := tx.blob(id)
	if err != nil {
		return err
	}
	b.refs++
	return tx.Bucket(rootBlobs).Put(idKey(id), b.encode())
}

// release drops a reference, and with the last one the blob and its files.
func (tx *transaction) release(id uint64) error {
	b, err := tx.blob(id)
	if err != nil {
		return err
	}
	if b.refs > 1 {
		b.refs--
		return tx.Bucket(rootBlobs).Put(idKey(id), b.encode())
	}
	if err := tx.Bucket(rootBlobs).Delete(idKey(id)); err != nil {
		return err
	}
	r := removal{blob: id}
	for _, s := range b.segments {
		if err := tx.disownFile(s.file); err != nil {
			return err
		}
		r.files = append(r.files, s.file)
	}
	if r.files != nil {
		tx.removed = append(tx.removed, r)
	}
	return nil
}

// dropFile removes a file that belongs to no blob yet: that of a part.
func (tx *transaction) dropFile(file uint64) error {
	tx.removed = append(tx.removed, removal{files: []uint64{file}})
	return tx.disownFile(file)
}

func (tx *transaction) disownFile(file uint64) error {
	return tx.Bucket(rootFiles).Delete(idKey(file))
}

// lastFile returns the highest id of a file in use.
func lastFile(tx *bolt.Tx) uint64 {
	if k, _ := tx.Bucket(rootFiles).Cursor().Last(); k != nil {
		return binary.BigEndian.Uint64(k)
	}
	return 0
}
