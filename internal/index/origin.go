package index

import (
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Origin returns the text that [Create] was given when the index was made: what
// the rows are bound to. It is "" for no index.
func (x *Index) Origin() (origin string, err error) {
	if x == nil || x.db == nil {
		return "", nil
	}
	err = x.view(func(tx *bolt.Tx) error {
		origin = string(tx.Bucket(bucketMeta).Get(keyOrigin))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("index origin: %w", err)
	}
	return origin, nil
}
