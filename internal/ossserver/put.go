package ossserver

import (
	"net/http"
	"strconv"
)

func (s *Server) putObject(c *call) error {
	o, forbid, err := s.newObject(c.bucket, c.request.Header)
	if err != nil {
		return err
	}
	if forbid { // told before the body is sent; the commit looks again
		if err := s.store.view(func(tx *transaction) error { return tx.checkOverwrite(c.target, forbid) }); err != nil {
			return err
		}
	}
	body, err := s.receive(c, inlineLimit)
	if err != nil {
		return err
	}
	if err := s.storeBody(c, o, body, forbid); err != nil {
		return err
	}
	c.writeEmpty(http.StatusOK)
	return nil
}

// storeBody makes an object of a staged body and sets the headers that tell of it.
func (s *Server) storeBody(c *call, o *objectRecord, body *staged, forbid bool) error {
	o.kind, o.etag, o.crc, o.size = kindNormal, body.etag(), body.crc, body.size
	if err := s.storeObject(c.target, o, body, forbid); err != nil {
		return err
	}
	c.Header().Set("Etag", quote(o.etag))
	c.Header().Set("X-Oss-Hash-Crc64ecma", strconv.FormatUint(o.crc, 10))
	writeContentMD5(c.Header(), o)
	writeVersion(c.Header(), o)
	o.Encryption.writeHeaders(c.Header())
	return nil
}

// storeObject gives a staged body its name.
func (s *Server) storeObject(t target, o *objectRecord, body *staged, forbid bool) error {
	return s.store.updateWith(body, func(tx *transaction) error {
		b, err := tx.bucket(t.bucket)
		if err != nil {
			return err
		}
		if err := tx.checkOverwrite(t, forbid); err != nil {
			return err
		}
		o.modified = s.now().Unix()
		if o.blob, err = tx.addBody(body); err != nil {
			return err
		}
		return tx.putObject(b, t.key, o)
	})
}

// newObject reads the headers of a request that makes an object of the bucket's
// storage class or of one that it names, and x-oss-forbid-overwrite.
func (s *Server) newObject(bucketName string, header http.Header) (o *objectRecord, forbid bool, err error) {
	bucket, err := s.store.bucketRecord(bucketName)
	if err != nil {
		return nil, false, err
	}
	o = &objectRecord{}
	if o.attributes, err = parseAttributes(header); err != nil {
		return nil, false, err
	}
	if o.class, err = parseStorageClass(header, bucket.StorageClass); err != nil {
		return nil, false, err
	}
	if o.Encryption.Algorithm == "" {
		o.Encryption = bucket.Encryption
	}
	forbid, err = parseFlag(header, "X-Oss-Forbid-Overwrite")
	return o, forbid, err
}

// checkOverwrite ends in FileAlreadyExists when there is an object and the
// client forbids to replace it. Where versions are kept nothing is replaced, and
// the wish is ignored.
func (tx *transaction) checkOverwrite(t target, forbid bool) error {
	b, err := tx.bucket(t.bucket)
	if err != nil || !forbid {
		return err
	}
	settings, err := decodeBucketRecord(b)
	if err != nil {
		return err
	}
	if settings.Versioning == "" && b.Bucket(inObjects).Get([]byte(t.key)) != nil {
		return fileAlreadyExists(t.key)
	}
	return nil
}
