package ossserver

import (
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// uploadRecord is what the database keeps about a multipart upload.
type uploadRecord struct {
	Initiated  int64      `json:"initiated"` // Unix seconds
	Class      string     `json:"class"`
	Forbid     bool       `json:"forbid,omitempty"`     // x-oss-forbid-overwrite
	Sequential bool       `json:"sequential,omitempty"` // parts come in the order of their numbers
	Attributes attributes `json:"attributes"`
}

// partRecord is a stored part; it owns its file.
type partRecord struct {
	file     uint64
	size     int64
	modified int64 // Unix seconds
	crc      uint64
	md5      [md5.Size]byte
	state    string // of the MD5 over all parts to this one, in sequential uploads
}

func (p *partRecord) etag() string { return upperHex(p.md5[:]) }

func (p *partRecord) encode() []byte {
	out := binary.AppendUvarint(nil, p.file)
	out = binary.AppendUvarint(out, uint64(p.size))
	out = binary.AppendUvarint(out, uint64(p.modified))
	out = binary.BigEndian.AppendUint64(out, p.crc)
	out = append(out, p.md5[:]...)
	return append(out, p.state...)
}

func decodePart(record []byte) (partRecord, error) {
	d := decoder{rest: record}
	p := partRecord{file: d.uvarint(), size: int64(d.uvarint()), modified: int64(d.uvarint()), crc: d.uint64()}
	copy(p.md5[:], d.bytes(md5.Size))
	p.state = string(d.rest)
	return p, d.err
}

// Uploads are ordered by key and then by id. Keys can hold any byte, NUL too,
// so NUL is written as 00 FF and the key ends in 00 00: then the order of the
// whole is that of the pair.

const uploadIDLength = 32

// newUploadID returns 32 upper-case hexadecimal digits.
func newUploadID() string {
	var b [uploadIDLength / 2]byte
	rand.Read(b[:])
	return upperHex(b[:])
}

func uploadKey(key, id string) []byte {
	return append(append(uploadSeek([]byte(key)), 0, 0), id...)
}

// uploadSeek returns the least database key of uploads of this key and of all
// that come after it.
func uploadSeek(key []byte) []byte {
	return bytes.ReplaceAll(key, []byte{0}, []byte{0, 0xFF})
}

// splitUploadKey takes apart what uploadKey has put together.
func splitUploadKey(k []byte) (key, id []byte) {
	end := len(k) - uploadIDLength
	return bytes.ReplaceAll(k[:end-2], []byte{0, 0xFF}, []byte{0}), k[end:]
}

func partKey(uploadID string, number int) []byte {
	return binary.BigEndian.AppendUint16([]byte(uploadID), uint16(number))
}

func partNumber(key []byte) int {
	return int(binary.BigEndian.Uint16(key[uploadIDLength:]))
}

// upload returns the bucket of an upload and its record, or NoSuchUpload.
func (tx *transaction) upload(t target, id string) (*bolt.Bucket, *uploadRecord, error) {
	b, err := tx.bucket(t.bucket)
	if err != nil {
		return nil, nil, err
	}
	if len(id) != uploadIDLength {
		return nil, nil, noSuchUpload(id)
	}
	v := b.Bucket(inUploads).Get(uploadKey(t.key, id))
	if v == nil {
		return nil, nil, noSuchUpload(id)
	}
	u := &uploadRecord{}
	if err := json.Unmarshal(v, u); err != nil {
		return nil, nil, fmt.Errorf("upload %s: %w: %w", id, errCorrupt, err)
	}
	return b, u, nil
}

// eachPart calls visit for the stored parts with a number above after, in
// order, until it reports false.
func eachPart(b *bolt.Bucket, id string, after int, visit func(number int, p partRecord) (bool, error)) error {
	cursor := b.Bucket(inParts).Cursor()
	for k, v := cursor.Seek(partKey(id, after+1)); k != nil && bytes.HasPrefix(k, []byte(id)); k, v = cursor.Next() {
		p, err := decodePart(v)
		if err != nil {
			return fmt.Errorf("part of upload %s: %w", id, err)
		}
		if more, err := visit(partNumber(k), p); err != nil || !more {
			return err
		}
	}
	return nil
}

// lastPart returns the highest number of a stored part, 0 when there is none.
func lastPart(b *bolt.Bucket, id string) int {
	cursor := b.Bucket(inParts).Cursor()
	k, _ := cursor.Seek(partKey(id, maxPartNumber+1))
	if k == nil {
		k, _ = cursor.Last()
	} else {
		k, _ = cursor.Prev()
	}
	if !bytes.HasPrefix(k, []byte(id)) {
		return 0
	}
	return partNumber(k)
}

// removeUpload forgets an upload and its parts. The files of the parts that
// keep does not name are dropped; the others have a new owner.
func (tx *transaction) removeUpload(b *bolt.Bucket, t target, id string, keep map[uint64]bool) error {
	var numbers []int
	err := eachPart(b, id, 0, func(number int, p partRecord) (bool, error) {
		numbers = append(numbers, number)
		if keep[p.file] {
			return true, nil
		}
		return true, tx.dropFile(p.file)
	})
	if err != nil {
		return err
	}
	for _, number := range numbers {
		if err := b.Bucket(inParts).Delete(partKey(id, number)); err != nil {
			return err
		}
	}
	return b.Bucket(inUploads).Delete(uploadKey(t.key, id))
}
