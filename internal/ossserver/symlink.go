package ossserver

import (
	"errors"
	"net/http"
	"net/url"
)

// putSymlink makes an object that leads to another key of its bucket. The other
// one need not be there.
func (s *Server) putSymlink(c *call) error {
	to, err := url.PathUnescape(c.request.Header.Get("X-Oss-Symlink-Target"))
	if err != nil {
		return invalidArgument("The x-oss-symlink-target is not well encoded.")
	}
	if err := checkKey(to); err != nil {
		return err
	}
	o, forbid, err := s.newObject(c.bucket, c.request.Header)
	if err != nil {
		return err
	}
	body := newInline([]byte{})
	o.kind, o.Target, o.etag = kindSymlink, to, newInline([]byte(to)).etag()
	if err := s.storeObject(c.target, o, body, forbid); err != nil {
		return err
	}
	writeVersion(c.Header(), o)
	c.Header().Set("Etag", quote(o.etag))
	c.writeEmpty(http.StatusOK)
	return nil
}

func (s *Server) getSymlink(c *call) error {
	o, err := s.findObject(c.target)
	if err != nil {
		return err
	}
	if o.kind != kindSymlink {
		return newError(http.StatusBadRequest, "NotSymlink", "The object is not symlink.")
	}
	h := c.Header()
	for name, value := range o.Meta {
		h.Set(metaPrefix+name, value)
	}
	h.Set("X-Oss-Symlink-Target", escapeName(o.Target, true))
	h.Set("Etag", quote(o.etag))
	h.Set("Last-Modified", o.lastModified().UTC().Format(http.TimeFormat))
	writeVersion(h, o)
	c.writeEmpty(http.StatusOK)
	return nil
}

// follow returns the object that a read is answered with: that of a symlink has
// the body, ETag and checksum of its target and all else of the link itself.
func (tx *transaction) follow(t target) (*objectRecord, error) {
	link, err := tx.object(t)
	if err != nil || link.kind != kindSymlink {
		return link, err
	}
	o, err := tx.object(target{bucket: t.bucket, key: link.Target})
	if refused := (*apiError)(nil); err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	if err != nil {
		return nil, newError(http.StatusNotFound, "SymlinkTargetNotExist", "The symlink target object does not exist").with("Key", t.key)
	}
	if o.kind == kindSymlink {
		return nil, newError(http.StatusBadRequest, "InvalidTargetType", "The symbolic's target file type is invalid").with("Key", t.key)
	}
	merged := *link
	merged.blob, merged.size, merged.etag, merged.crc = o.blob, o.size, o.etag, o.crc
	merged.class, merged.restored, merged.Encryption = o.class, o.restored, o.Encryption
	merged.modified = max(link.modified, o.modified)
	return &merged, nil
}
