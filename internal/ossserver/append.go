package ossserver

import (
	"crypto/md5"
	"net/http"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// appendObject adds to the end of an object, which the first append makes. Each
// append is a file of its own; the object is the row of them. In a bucket with
// versions it changes the current version.
func (s *Server) appendObject(c *call) error {
	position, err := parsePosition(c.query.get("position"))
	if err != nil {
		return err
	}
	if position > 0 {
		c.request.Header.Del("X-Oss-Tagging") // only the append that makes an object can tag it
	}
	o, _, err := s.newObject(c.bucket, c.request.Header) // an append overwrites nothing, so there is nothing to forbid
	if err != nil {
		return err
	}
	if err := s.store.view(func(tx *transaction) error { return tx.checkAppend(c.target, position) }); err != nil {
		return err
	}
	body, err := s.receive(c, noInline)
	if err != nil {
		return err
	}
	o, err = s.storeAppend(c.target, position, o, body)
	if err != nil {
		return err
	}
	h := c.Header()
	h.Set("Etag", quote(o.etag))
	h.Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(o.crc, 10))
	h.Set("X-Oss-Next-Append-Position", strconv.FormatInt(o.size, 10))
	o.Encryption.writeHeaders(h)
	writeVersion(h, o)
	c.writeEmpty(http.StatusOK)
	return nil
}

func parsePosition(v string) (int64, error) {
	n, ok := parseOffset(v)
	if !ok {
		return 0, invalidArgument("The position %q is not valid.", v)
	}
	return n, nil
}

// checkAppend judges an append before its body is sent; the commit looks again.
func (tx *transaction) checkAppend(t target, position int64) error {
	b, err := tx.bucket(t.bucket)
	if err != nil {
		return err
	}
	_, err = appendable(b, t.key, position)
	return err
}

// appendable returns the object to append to at a position, nil when the append
// is to make it.
func appendable(b *bolt.Bucket, key string, position int64) (*objectRecord, error) {
	record, length := b.Bucket(inObjects).Get([]byte(key)), int64(0)
	var o *objectRecord
	if record != nil {
		var err error
		if o, err = decodeVersion(b, record); err != nil {
			return nil, err
		}
		if o.kind != kindAppendable || isArchived(o.class) {
			return nil, newError(http.StatusConflict, "ObjectNotAppendable", "The object is not appendable")
		}
		length = o.size
	}
	if position != length {
		e := newError(http.StatusConflict, "PositionNotEqualToLength", "Position is not equal to file length")
		return nil, e.withHeader("X-Oss-Next-Append-Position", strconv.FormatInt(length, 10))
	}
	return o, nil
}

// storeAppend commits an append. What made says about the object counts when the
// append is the one that makes it; its ACL counts always.
func (s *Server) storeAppend(t target, position int64, made *objectRecord, body *staged) (*objectRecord, error) {
	for {
		o, shared, err := s.commitAppend(t, position, made, body)
		if err != nil || !shared {
			return o, err
		}
		if err := s.unshare(t); err != nil {
			s.store.discard(body)
			return nil, err
		}
	}
}

// commitAppend appends in one transaction, or reports that it cannot because a
// copy shares the body.
func (s *Server) commitAppend(t target, position int64, made *objectRecord, body *staged) (o *objectRecord, shared bool, err error) {
	err = s.store.updateWith(body, func(tx *transaction) error {
		b, err := tx.bucket(t.bucket)
		if err != nil {
			return err
		}
		if o, err = appendable(b, t.key, position); err != nil {
			return err
		}
		if o == nil {
			o = new(objectRecord)
			*o = *made
			o.kind, o.modified = kindAppendable, s.now().Unix()
			if o.blob, err = tx.addBody(body); err != nil {
				return err
			}
			o.grow(body)
			return tx.putObject(b, t.key, o)
		}
		whole, err := tx.blob(o.blob)
		if err != nil {
			return err
		}
		if shared = whole.refs > 1; shared {
			return nil
		}
		o.modified = s.now().Unix()
		if made.ACL != "" {
			o.ACL = made.ACL
		}
		o.grow(body)
		return tx.extend(b, t.key, o, whole, body)
	})
	return o, shared, err
}

// grow counts an appended body in.
func (o *objectRecord) grow(body *staged) {
	o.crc = (&crcShift{}).combine(o.crc, body.crc, body.size)
	o.size += body.size
	sum := md5.Sum(append([]byte(o.etag), body.md5[:]...))
	o.etag = upperHex(sum[:])
}

// extend puts a body behind the whole that o has.
func (tx *transaction) extend(b *bolt.Bucket, key string, o *objectRecord, whole *blob, body *staged) error {
	if err := tx.ownFile(body.file); err != nil {
		return err
	}
	whole.segments = append(whole.segments, segment{body.file, body.size})
	if err := tx.Bucket(rootBlobs).Put(idKey(o.blob), whole.encode()); err != nil {
		return err
	}
	record, err := o.encode()
	if err != nil {
		return err
	}
	return b.Bucket(inObjects).Put([]byte(key), record)
}

// unshare gives an object bytes of its own, unless it has changed meanwhile.
func (s *Server) unshare(t target) error {
	seen, r, err := s.store.openObject(t)
	if err != nil {
		return err
	}
	defer r.close()
	own, err := s.store.stageCopy(r, byteRange{length: seen.size})
	if err != nil {
		return err
	}
	used := false
	err = s.store.updateWith(own, func(tx *transaction) error {
		_, err := tx.editObject(t, func(o *objectRecord) error {
			if used = o.blob == seen.blob && o.size == seen.size; !used {
				return nil
			}
			if err := tx.release(o.blob); err != nil {
				return err
			}
			o.blob, err = tx.addBody(own)
			return err
		})
		return err
	})
	if err == nil && !used {
		s.store.discard(own)
	}
	return err
}
