package ossserver

import (
	"encoding/json"

	bolt "go.etcd.io/bbolt"
)

// Values of bucket and object settings.
const (
	aclPrivate         = "private"
	aclPublicRead      = "public-read"
	aclPublicReadWrite = "public-read-write"
	classStandard      = "Standard"
	redundancyLocal    = "LRS"
)

// bucketRecord is what the database keeps about a bucket itself.
type bucketRecord struct {
	Created      int64      `json:"created"` // Unix seconds
	ACL          string     `json:"acl"`
	StorageClass string     `json:"class"`
	Redundancy   string     `json:"redundancy"`
	Versioning   string     `json:"versioning,omitempty"`
	Encryption   encryption `json:"encryption,omitzero"` // of objects that name none
}

// bucket returns the database bucket of an OSS bucket, or NoSuchBucket.
func (tx *transaction) bucket(name string) (*bolt.Bucket, error) {
	b := tx.Bucket(rootBuckets).Bucket([]byte(name))
	if b == nil {
		return nil, noSuchBucket(name)
	}
	return b, nil
}

// createBucket makes a bucket, and reports false when there is one already.
func (tx *transaction) createBucket(name string, record bucketRecord) (bool, error) {
	buckets := tx.Bucket(rootBuckets)
	if buckets.Bucket([]byte(name)) != nil {
		return false, nil
	}
	b, err := buckets.CreateBucket([]byte(name))
	if err != nil {
		return false, err
	}
	for _, inner := range [][]byte{inConfigs, inObjects, inVersions, inNulls, inUploads, inParts} {
		if _, err := b.CreateBucket(inner); err != nil {
			return false, err
		}
	}
	if record.Encryption.Algorithm != "" {
		if err := b.Bucket(inConfigs).Put([]byte("encryption"), record.Encryption.document()); err != nil {
			return false, err
		}
	}
	return true, putBucketRecord(b, record)
}

func putBucketRecord(b *bolt.Bucket, record bucketRecord) error {
	v, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return b.Put(inRecord, v)
}

func decodeBucketRecord(b *bolt.Bucket) (bucketRecord, error) {
	var r bucketRecord
	err := json.Unmarshal(b.Get(inRecord), &r)
	return r, err
}

// bucketRecord returns the record of a bucket, or NoSuchBucket.
func (st *store) bucketRecord(name string) (r bucketRecord, err error) {
	err = st.view(func(tx *transaction) error {
		b, err := tx.bucket(name)
		if err != nil {
			return err
		}
		r, err = decodeBucketRecord(b)
		return err
	})
	return r, err
}

// view runs a read of the database as it stands now.
func (st *store) view(read func(*transaction) error) error {
	return st.db.View(func(tx *bolt.Tx) error { return read(&transaction{Tx: tx}) })
}

// newBucket is the record of a bucket of which nothing but the ACL is told.
func (s *Server) newBucket(acl string) bucketRecord {
	return bucketRecord{Created: s.now().Unix(), ACL: acl, StorageClass: classStandard, Redundancy: redundancyLocal}
}
