package ossserver

import (
	"bytes"
	"encoding/binary"
	"net/http"

	bolt "go.etcd.io/bbolt"
)

// Where versions are. The newest version of a key is in the bucket of objects,
// unless it is a delete marker; markers and older versions are in that of
// versions, newest first within a key. So the listings of objects read nothing
// of the past, and a bucket without versioning has an empty second bucket. The
// bucket of nulls leads to the null version of a key where that is among the
// older ones.

// States of versioning. The zero value is a bucket that never had it.
const (
	versioningEnabled   = "Enabled"
	versioningSuspended = "Suspended"
)

// newest returns the newest of the versions of a key that are not in the bucket
// of objects, nil when there is none.
func newest(b *bolt.Bucket, key []byte) (versionKey, record []byte) {
	k, v := b.Bucket(inVersions).Cursor().Seek(versionSeek(key))
	if k == nil || !bytes.HasPrefix(k, versionSeek(key)) {
		return nil, nil
	}
	return k, v
}

// place says where the record of a version is.
type place struct {
	bucket *bolt.Bucket
	key    []byte
	record []byte // nil: there is no such version
}

// locate finds a version by its id.
func locate(b *bolt.Bucket, key []byte, id string) (place, error) {
	current := place{bucket: b.Bucket(inObjects), key: key, record: b.Bucket(inObjects).Get(key)}
	if id == "" {
		return current, nil
	}
	if current.record != nil {
		o, _, err := decodeListed(current.record)
		if err != nil || o.id() == id {
			return current, err
		}
	}
	older := place{bucket: b.Bucket(inVersions)}
	if id == nullVersion {
		order := b.Bucket(inNulls).Get(key)
		if order == nil {
			return older, nil
		}
		older.key = versionKey(key, binary.BigEndian.Uint64(order))
		older.record = older.bucket.Get(older.key)
		return older, nil
	}
	order, err := parseVersionID(id)
	if err != nil {
		return place{}, err
	}
	older.key = versionKey(key, order)
	if record := older.bucket.Get(older.key); record != nil {
		o, _, err := decodeListed(record)
		if err != nil {
			return place{}, err
		}
		if !o.null { // the id of a null version is not that of its order
			older.record = record
		}
	}
	return older, nil
}

// object returns the version that a target names, or the error that the
// service has for a missing one and for a delete marker.
func (tx *transaction) object(t target) (*objectRecord, error) {
	b, err := tx.bucket(t.bucket)
	if err != nil {
		return nil, err
	}
	p, err := locate(b, []byte(t.key), t.version)
	if err != nil {
		return nil, err
	}
	if p.record == nil {
		return nil, noSuchVersion(b, t)
	}
	return decodeVersion(b, p.record)
}

// decodeVersion decodes a record that is no delete marker, with its id.
func decodeVersion(b *bolt.Bucket, record []byte) (*objectRecord, error) {
	o, err := decodeObject(record)
	if err != nil {
		return nil, err
	}
	settings, err := decodeBucketRecord(b)
	if err != nil {
		return nil, err
	}
	if settings.Versioning != "" {
		o.version = o.id()
	}
	if o.kind == kindMarker {
		e := newError(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
		e.with("Method", "GET").with("ResourceType", "DeleteMarker")
		return nil, e.withHeader("Allow", "DELETE").withHeader("X-Oss-Delete-Marker", "true").withHeader("X-Oss-Version-Id", o.version)
	}
	return o, nil
}

// noSuchVersion is the error for a target that is not there. When the current
// version is a delete marker it says so.
func noSuchVersion(b *bolt.Bucket, t target) error {
	if t.version != "" {
		return newError(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.").
			with("Key", t.key).with("VersionId", t.version)
	}
	e := noSuchKey(t.key)
	_, record := newest(b, []byte(t.key))
	if record == nil {
		return e
	}
	marker, _, err := decodeListed(record)
	if err != nil {
		return err
	}
	return e.withHeader("X-Oss-Delete-Marker", "true").withHeader("X-Oss-Version-Id", marker.id())
}

// putObject stores a new version of an object, in place of the one that there
// is or before it, as the bucket has it. The caller has taken a reference of
// o.blob.
func (tx *transaction) putObject(b *bolt.Bucket, key string, o *objectRecord) error {
	if err := tx.makeRoom(b, []byte(key), o); err != nil {
		return err
	}
	record, err := o.encode()
	if err != nil {
		return err
	}
	return b.Bucket(inObjects).Put([]byte(key), record)
}

// makeRoom leaves no current object under a key, and gives o, which is to be
// the next version, its order and id. A null version replaces the one there is.
func (tx *transaction) makeRoom(b *bolt.Bucket, key []byte, o *objectRecord) error {
	settings, err := decodeBucketRecord(b)
	if err != nil {
		return err
	}
	o.order, o.null, o.version = 0, true, ""
	if settings.Versioning != "" {
		if o.order, err = b.Bucket(inVersions).NextSequence(); err != nil {
			return err
		}
		o.null = settings.Versioning == versioningSuspended
		o.version = o.id()
	}
	if o.null {
		null, err := locate(b, key, nullVersion)
		if err != nil {
			return err
		}
		if err := tx.remove(b, key, null); err != nil {
			return err
		}
	}
	return archive(b, key)
}

// archive moves the current object of a key, if there is one, to the versions.
func archive(b *bolt.Bucket, key []byte) error {
	record := bytes.Clone(b.Bucket(inObjects).Get(key))
	if record == nil {
		return nil
	}
	o, _, err := decodeListed(record)
	if err != nil {
		return err
	}
	if err := b.Bucket(inObjects).Delete(key); err != nil {
		return err
	}
	return putOlder(b, key, &o, record)
}

// putOlder stores a record among the versions.
func putOlder(b *bolt.Bucket, key []byte, o *objectRecord, record []byte) error {
	if o.null {
		if err := b.Bucket(inNulls).Put(key, idKey(o.order)); err != nil {
			return err
		}
	}
	return b.Bucket(inVersions).Put(versionKey(key, o.order), record)
}

// remove drops a version for good, body and all.
func (tx *transaction) remove(b *bolt.Bucket, key []byte, p place) error {
	if p.record == nil {
		return nil
	}
	o, _, err := decodeListed(p.record)
	if err != nil {
		return err
	}
	if err := tx.releaseObject(p.record); err != nil {
		return err
	}
	if o.null {
		if err := b.Bucket(inNulls).Delete(key); err != nil {
			return err
		}
	}
	return p.bucket.Delete(p.key)
}

// promote restores the rule that the newest version, unless it is a marker, is
// in the bucket of objects.
func promote(b *bolt.Bucket, key []byte) error {
	if b.Bucket(inObjects).Get(key) != nil {
		return nil
	}
	k, record := newest(b, key)
	if k == nil {
		return nil
	}
	k, record = bytes.Clone(k), bytes.Clone(record)
	o, _, err := decodeListed(record)
	if err != nil || o.kind == kindMarker {
		return err
	}
	if o.null {
		if err := b.Bucket(inNulls).Delete(key); err != nil {
			return err
		}
	}
	if err := b.Bucket(inVersions).Delete(k); err != nil {
		return err
	}
	return b.Bucket(inObjects).Put(key, record)
}

// editObject changes the record of a version in its place; the change must not
// touch what makes it a version.
func (tx *transaction) editObject(t target, change func(*objectRecord) error) (*objectRecord, error) {
	b, err := tx.bucket(t.bucket)
	if err != nil {
		return nil, err
	}
	p, err := locate(b, []byte(t.key), t.version)
	if err != nil {
		return nil, err
	}
	if p.record == nil {
		return nil, noSuchVersion(b, t)
	}
	o, err := decodeVersion(b, p.record)
	if err != nil {
		return nil, err
	}
	if err := change(o); err != nil {
		return nil, err
	}
	record, err := o.encode()
	if err != nil {
		return nil, err
	}
	return o, p.bucket.Put(p.key, record)
}

// editObject is the transaction's editObject in a commit of its own.
func (s *Server) editObject(t target, change func(*objectRecord) error) (o *objectRecord, err error) {
	err = s.store.update(func(tx *transaction) error {
		o, err = tx.editObject(t, change)
		return err
	})
	return o, err
}
