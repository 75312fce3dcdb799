package ossserver

import (
	"crypto/md5"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// receive stages the body of a request and holds it against Content-MD5.
func (s *Server) receive(c *call, inline int) (*staged, error) {
	want, err := parseContentMD5(c.request.Header)
	if err != nil {
		return nil, err
	}
	if c.request.ContentLength > maxPutSize {
		return nil, entityTooLarge(c.request.ContentLength)
	}
	b, err := s.store.stage(c, c.request.ContentLength, inline)
	if err != nil {
		return nil, c.bodyError(err)
	}
	if want != nil && *want != b.md5 {
		s.store.discard(b)
		return nil, invalidDigest()
	}
	return b, nil
}

// bodyError tells a body that broke off from trouble on our side.
func (c *call) bodyError(err error) error {
	switch {
	case errors.Is(err, errTooLarge):
		return entityTooLarge(c.received)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return newError(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.")
	}
	return err
}

func entityTooLarge(size int64) *apiError {
	return newError(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.").
		with("MaxSizeAllowed", strconv.Itoa(maxPutSize)).
		with("ProposedSize", strconv.FormatInt(size, 10))
}

func invalidDigest() *apiError {
	return newError(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified did not match what we received.")
}

func parseContentMD5(header http.Header) (*[md5.Size]byte, error) {
	v := header.Get("Content-Md5")
	if v == "" {
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil || len(b) != md5.Size {
		return nil, newError(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified is not valid.")
	}
	return (*[md5.Size]byte)(b), nil
}

// readDocument reads a small body, an XML document, whole and holds it against
// Content-MD5.
func (c *call) readDocument(limit int64) ([]byte, error) {
	want, err := parseContentMD5(c.request.Header)
	if err != nil {
		return nil, err
	}
	doc, err := io.ReadAll(io.LimitReader(c, limit+1))
	if err != nil {
		return nil, c.bodyError(err)
	}
	if int64(len(doc)) > limit {
		return nil, malformedXML()
	}
	if want != nil && *want != md5.Sum(doc) {
		return nil, invalidDigest()
	}
	return doc, nil
}
