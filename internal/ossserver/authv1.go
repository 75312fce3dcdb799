package ossserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) claimV1Header(c *call, authorization string) (*claim, error) {
	id, signature, ok := strings.Cut(strings.TrimPrefix(authorization, "OSS "), ":")
	if !ok || id == "" {
		return nil, invalidArgument("Authorization header is invalid.")
	}
	date := c.dateSigned()
	signed, err := http.ParseTime(date)
	if err != nil {
		return nil, accessDenied("OSS authentication requires a valid Date.")
	}
	if err := s.checkSkew(signed); err != nil {
		return nil, err
	}
	return c.claimV1(id, signature, date), nil
}

func (s *Server) claimV1Query(c *call) (*claim, error) {
	id, signature, expires := c.query.get("OSSAccessKeyId"), c.query.get("Signature"), c.query.get("Expires")
	if id == "" || signature == "" || expires == "" {
		return nil, accessDenied("Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters")
	}
	end, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return nil, accessDenied("Invalid date (should be seconds since epoch): " + expires)
	}
	if err := s.checkExpiry(time.Unix(end, 0)); err != nil {
		return nil, err
	}
	return c.claimV1(id, signature, expires), nil
}

// dateSigned returns the header that dates a signature, which covers it as it was
// sent. Browsers cannot set Date, so their clients send x-oss-date.
func (c *call) dateSigned() string {
	if v := c.request.Header.Get("X-Oss-Date"); v != "" {
		return v
	}
	return c.request.Header.Get("Date")
}

// claimV1 signs the date of a request, or the Expires parameter in its place.
func (c *call) claimV1(id, signature, date string) *claim {
	header := c.request.Header
	toSign := strings.Join([]string{
		c.request.Method,
		header.Get("Content-Md5"),
		header.Get("Content-Type"),
		date,
		c.canonicalHeadersV1() + c.canonicalResourceV1(),
	}, "\n")
	return &claim{
		accessKeyID:  id,
		signature:    signature,
		stringToSign: toSign,
		sign: func(secret string) string {
			h := hmac.New(sha1.New, []byte(secret))
			h.Write([]byte(toSign))
			return base64.StdEncoding.EncodeToString(h.Sum(nil))
		},
	}
}

func (c *call) canonicalHeadersV1() string {
	var names []string
	for name := range c.request.Header {
		if strings.HasPrefix(strings.ToLower(name), ossPrefix) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	})
	var b strings.Builder
	for _, name := range names {
		b.WriteString(strings.ToLower(name) + ":" + signedValues(c.request.Header[name]) + "\n")
	}
	return b.String()
}

func (c *call) canonicalResourceV1() string {
	resource := "/"
	if c.bucket != "" {
		resource += c.bucket + "/" + c.key
	}
	var signed []parameter
	for _, p := range c.query {
		if isSignedV1(p.name) {
			signed = append(signed, p)
		}
	}
	slices.SortFunc(signed, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	separator := "?"
	for _, p := range signed {
		resource += separator + p.name
		if p.value != "" {
			resource += "=" + p.value
		}
		separator = "&"
	}
	return resource
}
