package ossserver

import "net/http"

// aclDefault is how an object without an ACL of its own shows it.
const aclDefault = "default"

// putObjectACL gives an object an ACL of its own, or with "default" none.
func (s *Server) putObjectACL(c *call) error {
	if c.request.Header.Get("X-Oss-Object-Acl") == "" {
		return invalidArgument("The x-oss-object-acl header is missing.")
	}
	acl, err := parseObjectACL(c.request.Header)
	if err != nil {
		return err
	}
	o, err := s.editObject(c.target, func(o *objectRecord) error {
		o.ACL = acl
		return nil
	})
	if err != nil {
		return err
	}
	writeVersion(c.Header(), o)
	c.writeEmpty(http.StatusOK)
	return nil
}

func (s *Server) getObjectACL(c *call) error {
	o, err := s.findObject(c.target)
	if err != nil {
		return err
	}
	acl := o.ACL
	if acl == "" {
		acl = aclDefault
	}
	writeVersion(c.Header(), o)
	c.writeACL(acl)
	return nil
}

// putBucketACL sets the ACL of a bucket, which it makes where there is none.
func (s *Server) putBucketACL(c *call) error {
	acl := c.request.Header.Get("X-Oss-Acl")
	if !isACL(acl) {
		return invalidArgument("The ACL %q is not valid.", acl)
	}
	err := s.store.update(func(tx *transaction) error {
		b := tx.Bucket(rootBuckets).Bucket([]byte(c.bucket))
		if b == nil {
			_, err := tx.createBucket(c.bucket, s.newBucket(acl))
			return err
		}
		r, err := decodeBucketRecord(b)
		if err != nil {
			return err
		}
		r.ACL = acl
		return putBucketRecord(b, r)
	})
	if err != nil {
		return err
	}
	c.Header().Set("Location", "/"+c.bucket)
	c.writeEmpty(http.StatusOK)
	return nil
}

func (s *Server) getBucketACL(c *call) error {
	r, err := s.store.bucketRecord(c.bucket)
	if err != nil {
		return err
	}
	c.writeACL(r.ACL)
	return nil
}

// writeACL answers with the ACL of an object or bucket.
func (c *call) writeACL(acl string) {
	w := newDocument()
	w.open("AccessControlPolicy")
	w.owner()
	w.open("AccessControlList")
	w.text("Grant", acl)
	w.end("AccessControlList")
	w.end("AccessControlPolicy")
	c.writeXML(http.StatusOK, w.bytes())
}
