package ossserver

import (
	"crypto/md5"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
)

// receive stages the body of a request and holds it against Content-MD5.
func (s *Server) receive(c *call, inline int) (*staged, error) {
	want, err := parseContentMD5(c.request.Header)
	if err != nil {
		return nil, err
	}
	if err := c.checkLength(); err != nil {
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
	timeout := requestTimeout(err)
	switch {
	case timeout != nil:
		return timeout
	case errors.Is(err, errTooLarge):
		return entityTooLarge(c.received)
	case errors.As(err, new(*apiError)), c.broken == nil && c.request.Context().Err() == nil:
		return err
	case c.broken != nil && !errors.Is(c.broken, io.ErrUnexpectedEOF) && len(c.request.TransferEncoding) > 0 && !errors.As(c.broken, new(net.Error)):
		return invalidRequest("The body of the request is not well-formed in its transfer encoding.")
	}
	return newError(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header.")
}

// checkLength refuses a request that tells nothing about the length of its body:
// by the rules of HTTP it has none, but who sends it meant one.
func (c *call) checkLength() error {
	r := c.request
	if r.ContentLength == 0 && r.Header.Get("Content-Length") == "" && len(r.TransferEncoding) == 0 {
		return missingContentLength()
	}
	return nil
}

func missingContentLength() *apiError {
	return newError(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
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
