package ossserver

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const responseOverrides = "response-content-type response-content-language response-expires " +
	"response-cache-control response-content-disposition response-content-encoding"

func (s *Server) getObject(c *call) error {
	o, r, err := s.store.openObject(c.target)
	if err != nil {
		return err
	}
	defer r.close()
	if err := parseConditions(c.request.Header, "").check(o); err != nil {
		return err
	}
	if err := checkReadable(o, s.now()); err != nil {
		return err
	}
	strict := c.request.Header.Get("X-Oss-Range-Behavior") == "standard"
	part, err := parseRange(c.request.Header.Get("Range"), o.size, strict)
	if err != nil {
		return err
	}
	if err := r.check(part.offset, part.length); err != nil {
		return err
	}
	h := c.Header()
	writeObjectHeaders(h, o, s.now())
	for name := range strings.FieldsSeq(responseOverrides) {
		if v := c.query.get(name); v != "" {
			if !isHeaderValue(v) {
				return invalidArgument("The %s %q is not valid.", name, v)
			}
			h.Set(strings.TrimPrefix(name, "response-"), v)
		}
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(part.length, 10))
	if c.request.Header.Get("Range") == "" && compressible(h, o.size) {
		h.Add("Vary", "Accept-Encoding")
		if takesGzip(c.request.Header.Get("Accept-Encoding")) {
			return c.writeGzip(r, o.size)
		}
	}
	if !part.partial {
		writeContentMD5(h, o)
		c.WriteHeader(http.StatusOK)
	} else {
		h.Set("Content-Range", part.contentRange(o.size))
		c.WriteHeader(http.StatusPartialContent)
	}
	return c.writeBody(r, part)
}

// isHeaderValue reports whether a value can be sent as a header: what it cannot
// hold net/http would silently change.
func isHeaderValue(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F })
}

// writeBody writes a part of a body. Its last byte goes through the buffer of
// net/http, which is flushed when the handler has returned: so the hook for the
// log has run before the client has all of the answer.
func (c *call) writeBody(r *reader, part byteRange) error {
	if part.length == 0 {
		return nil
	}
	if err := r.writeRange(c, part.offset, part.length-1); err != nil {
		return err
	}
	buffered := struct{ io.Writer }{c} // hides ReadFrom
	return r.writeRange(buffered, part.offset+part.length-1, 1)
}

// checkReadable refuses the bytes of an archived object that is not restored.
func checkReadable(o *objectRecord, now time.Time) error {
	if isArchived(o.class) && !o.restored.readable(now) {
		return newError(http.StatusForbidden, "InvalidObjectState", "The operation is not valid for the object's state.")
	}
	return nil
}

func (s *Server) headObject(c *call) error {
	o, err := s.conditionalObject(c)
	if err != nil {
		return err
	}
	h := c.Header()
	writeObjectHeaders(h, o, s.now())
	writeContentMD5(h, o)
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(o.size, 10))
	c.WriteHeader(http.StatusOK)
	return nil
}

// getObjectMeta tells only what identifies the content.
func (s *Server) getObjectMeta(c *call) error {
	o, err := s.conditionalObject(c)
	if err != nil {
		return err
	}
	writeValidators(c.Header(), o)
	c.Header().Set("Content-Length", strconv.FormatInt(o.size, 10))
	c.WriteHeader(http.StatusOK)
	return nil
}

func (s *Server) conditionalObject(c *call) (o *objectRecord, err error) {
	err = s.store.view(func(tx *transaction) error {
		o, err = tx.follow(c.target)
		return err
	})
	if err != nil {
		return nil, err
	}
	return o, parseConditions(c.request.Header, "").check(o)
}

// findObject returns the version that a target names, a symlink as itself.
func (s *Server) findObject(t target) (o *objectRecord, err error) {
	err = s.store.view(func(tx *transaction) error {
		o, err = tx.object(t)
		return err
	})
	return o, err
}

// writeContentMD5 sets Content-MD5 where the MD5 of the body is known: from a
// sequential upload, or as the ETag.
func writeContentMD5(h http.Header, o *objectRecord) {
	if o.MD5 != "" {
		h.Set("Content-Md5", o.MD5)
	}
	if o.kind != kindNormal {
		return
	}
	if sum, err := hex.DecodeString(o.etag); err == nil {
		h.Set("Content-Md5", base64.StdEncoding.EncodeToString(sum))
	}
}
