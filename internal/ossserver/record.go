package ossserver

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Kinds of objects, as x-oss-object-type and <Type> name them.
const (
	kindNormal    = "Normal"
	kindMultipart = "Multipart"
)

// objectRecord is what the database keeps under a key. What listings need comes
// first and is binary, so that a page costs no JSON.
type objectRecord struct {
	kind     string
	etag     string // without quotes
	size     int64
	modified int64 // Unix seconds
	crc      uint64
	blob     uint64
	class    string
	attributes
}

// attributes are what a client says about an object beside its bytes.
type attributes struct {
	Headers map[string]string `json:"h,omitempty"` // Content-Type and the like, canonical names
	Meta    map[string]string `json:"m,omitempty"` // x-oss-meta-, lower-case names without the prefix
	Tags    string            `json:"t,omitempty"` // as in x-oss-tagging
	ACL     string            `json:"a,omitempty"` // empty for default
}

func (o *objectRecord) encode() ([]byte, error) {
	attributes, err := json.Marshal(&o.attributes)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, 96+len(attributes))
	out = appendText(out, o.kind)
	out = appendText(out, o.etag)
	out = appendText(out, o.class)
	out = binary.AppendUvarint(out, uint64(o.size))
	out = binary.AppendUvarint(out, uint64(o.modified))
	out = binary.BigEndian.AppendUint64(out, o.crc)
	out = binary.AppendUvarint(out, o.blob)
	return append(out, attributes...), nil
}

// decodeListed reads the part of a record that listings show.
func decodeListed(record []byte) (o objectRecord, attributes []byte, err error) {
	d := decoder{rest: record}
	o.kind, o.etag, o.class = d.text(), d.text(), d.text()
	o.size, o.modified = int64(d.uvarint()), int64(d.uvarint())
	o.crc, o.blob = d.uint64(), d.uvarint()
	return o, d.rest, d.err
}

func decodeObject(record []byte) (*objectRecord, error) {
	o, rest, err := decodeListed(record)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(rest, &o.attributes); err != nil {
		return nil, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	return &o, nil
}

// object returns an object, or NoSuchKey or NoSuchBucket.
func (tx *transaction) object(bucket, key string) (*objectRecord, error) {
	b, err := tx.bucket(bucket)
	if err != nil {
		return nil, err
	}
	record := b.Bucket(inObjects).Get([]byte(key))
	if record == nil {
		return nil, noSuchKey(key)
	}
	return decodeObject(record)
}

// putObject stores an object and releases the body of the one it replaces.
// The caller has taken a reference of o.blob.
func (tx *transaction) putObject(b *bolt.Bucket, key string, o *objectRecord) error {
	objects := b.Bucket(inObjects)
	if err := tx.releaseObject(objects.Get([]byte(key))); err != nil {
		return err
	}
	record, err := o.encode()
	if err != nil {
		return err
	}
	return objects.Put([]byte(key), record)
}

// deleteObject removes an object; there need not be one.
func (tx *transaction) deleteObject(b *bolt.Bucket, key string) error {
	objects := b.Bucket(inObjects)
	record := objects.Get([]byte(key))
	if record == nil {
		return nil
	}
	if err := tx.releaseObject(record); err != nil {
		return err
	}
	return objects.Delete([]byte(key))
}

func (tx *transaction) releaseObject(record []byte) error {
	if record == nil {
		return nil
	}
	old, _, err := decodeListed(record)
	if err != nil {
		return err
	}
	return tx.release(old.blob)
}
