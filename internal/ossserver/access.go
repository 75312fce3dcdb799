package ossserver

import (
	"strings"

	bolt "go.etcd.io/bbolt"
)

// access says who beside the owner may do an operation. The owner is anyone who
// has a key.
type access int

const (
	ownerOnly access = iota
	readers          // everybody, where the ACL lets everybody read
	writers          // everybody, where the ACL lets everybody write
	anyone
)

// allows reports whether an ACL lets everybody do what needs an access.
func (a access) allows(acl string) bool {
	switch a {
	case readers:
		return acl == aclPublicRead || acl == aclPublicReadWrite
	case writers:
		return acl == aclPublicReadWrite
	}
	return a == anyone
}

// admitAnonymous judges a request without a signature.
func (s *Server) admitAnonymous(c *call, r rule) error {
	if r.access == ownerOnly {
		return anonymousDenied()
	}
	if r.access == anyone {
		return nil
	}
	for _, p := range c.query {
		if strings.HasPrefix(p.name, "response-") {
			return invalidRequest("The query parameter " + p.name + " needs a signature.")
		}
	}
	if c.request.Header.Get("X-Oss-Object-Acl") != "" {
		return anonymousDenied()
	}
	if !r.copies {
		return s.admitEverybody(c.target, r.access)
	}
	source, err := parseCopySource(c.request.Header.Get("X-Oss-Copy-Source"))
	if err != nil {
		return err
	}
	if err := s.admitEverybody(source, readers); err != nil {
		return err
	}
	return s.admitEverybody(c.target, r.access)
}

// admitEverybody holds an access against the ACL of an object, or against that
// of the bucket where the object has none of its own or is not there. Who reads
// through a symlink needs both objects.
func (s *Server) admitEverybody(t target, a access) error {
	return s.store.view(func(tx *transaction) error {
		b, err := tx.bucket(t.bucket)
		if err != nil {
			return err
		}
		o, err := checkACL(b, t, a)
		if err == nil && o != nil && o.kind == kindSymlink && a == readers {
			_, err = checkACL(b, target{bucket: t.bucket, key: o.Target}, a)
		}
		return err
	})
}

// checkACL returns the object that a target names, nil where there is none, if
// everybody may do with it what needs the access.
func checkACL(b *bolt.Bucket, t target, a access) (o *objectRecord, err error) {
	p, err := locate(b, []byte(t.key), t.version)
	if err != nil {
		return nil, err
	}
	if p.record != nil {
		if o, err = decodeObject(p.record); err != nil {
			return nil, err
		}
		switch {
		case o.ACL != "" && !a.allows(o.ACL):
			return nil, accessDenied("You have no right to access this object.")
		case o.ACL != "":
			return o, nil
		}
	}
	settings, err := decodeBucketRecord(b)
	if err != nil {
		return nil, err
	}
	if !a.allows(settings.ACL) {
		return nil, accessDenied("You have no right to access this object because of bucket acl.")
	}
	return o, nil
}

func anonymousDenied() *apiError {
	return accessDenied("Anonymous access is forbidden for this operation.")
}
