package ossserver

import (
	"cmp"
	"crypto/hmac"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxSkew is how far the clock of a client may be off.
const maxSkew = 15 * time.Minute

// claim is what a request says about who sent it.
type claim struct {
	accessKeyID      string
	signature        string
	token            string // of a temporary key pair; empty: none sent
	stringToSign     string
	canonicalRequest string                     // V4 only
	sign             func(secret string) string // the signature that this secret gives
}

// authenticate checks the signature of a request, whichever of the six forms
// it has, and reports whether there is one.
func (s *Server) authenticate(c *call) (signed bool, err error) {
	cl, err := s.claimOf(c)
	if err != nil || cl == nil {
		return false, err
	}
	cl.token = c.securityToken()
	return true, s.verify(cl)
}

// verify judges a claim. To the service a request with a security token is one of
// a temporary key pair, and a request without one is not: it looks for the key id
// among the pairs of that kind alone.
func (s *Server) verify(cl *claim) error {
	secret, ok := s.options.secrets[cl.accessKeyID]
	token, temporary := s.options.tokens[cl.accessKeyID]
	if !ok || temporary != (cl.token != "") {
		e := newError(http.StatusForbidden, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
		if cl.token != "" {
			e.ec = "0002-00000002"
		}
		return e.with("OSSAccessKeyId", cl.accessKeyID)
	}
	if hmac.Equal([]byte(cl.sign(secret.Reveal())), []byte(cl.signature)) {
		if temporary && !hmac.Equal([]byte(cl.token), []byte(token.Reveal())) {
			return newError(http.StatusForbidden, "InvalidSecurityToken", "The security token you provided is invalid.")
		}
		return nil
	}
	e := newError(http.StatusForbidden, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	e.with("OSSAccessKeyId", cl.accessKeyID).
		with("SignatureProvided", cl.signature).
		with("StringToSign", cl.stringToSign).
		with("StringToSignBytes", spacedHex(cl.stringToSign))
	if cl.canonicalRequest != "" {
		e.with("CanonicalRequest", cl.canonicalRequest).
			with("CanonicalRequestBytes", spacedHex(cl.canonicalRequest))
	}
	return e
}

// securityToken returns the token of a request, which the signature covers.
func (c *call) securityToken() string {
	return cmp.Or(c.request.Header.Get("X-Oss-Security-Token"), c.query.get("x-oss-security-token"), c.query.get("security-token"))
}

// claimOf reads the signature of a request; without one the result is nil.
func (s *Server) claimOf(c *call) (*claim, error) {
	authorization := c.request.Header.Get("Authorization")
	switch {
	case strings.HasPrefix(authorization, algorithmV4+" "):
		return s.claimV4Header(c, authorization)
	case strings.HasPrefix(authorization, algorithmV2+" "):
		return s.claimV2Header(c, authorization)
	case strings.HasPrefix(authorization, "OSS "):
		return s.claimV1Header(c, authorization)
	case authorization != "":
		return nil, invalidArgument("Authorization header is invalid.")
	case c.query.get("x-oss-signature-version") == algorithmV2:
		return s.claimV2Query(c)
	case c.query.has("x-oss-signature-version") || c.query.has("x-oss-signature"):
		return s.claimV4Query(c)
	case c.query.has("OSSAccessKeyId") || c.query.has("Signature"):
		return s.claimV1Query(c)
	default:
		return nil, nil
	}
}

// isSignatureParameter reports whether a query name belongs to a signature.
func isSignatureParameter(name string) bool {
	switch name {
	case "x-oss-signature-version", "x-oss-signature", "x-oss-credential", "x-oss-date",
		"x-oss-expires", "x-oss-access-key-id", "x-oss-additional-headers", "x-oss-security-token",
		"OSSAccessKeyId", "Signature", "Expires", "security-token":
		return true
	}
	return false
}

// checkSkew judges the time at which a request was signed.
func (s *Server) checkSkew(signed time.Time) error {
	now := s.now()
	if d := now.Sub(signed); -maxSkew <= d && d <= maxSkew {
		return nil
	}
	e := newError(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
	return e.with("MaxAllowedSkewMilliseconds", strconv.FormatInt(maxSkew.Milliseconds(), 10)).
		with("RequestTime", formatISO(signed)).
		with("ServerTime", formatISO(now))
}

// checkExpiry judges the end of a presigned URL.
func (s *Server) checkExpiry(end time.Time) error {
	now := s.now()
	if now.Before(end) {
		return nil
	}
	return accessDenied("Request has expired.").
		with("Expires", formatISO(end)).
		with("ServerTime", formatISO(now))
}

// spacedHex shows invisible bytes, as the service does beside StringToSign.
func spacedHex(s string) string { return fmt.Sprintf("% X", s) }

// signedValues joins the values of a header the way all versions sign them.
func signedValues(values []string) string {
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.TrimSpace(v)
	}
	return strings.Join(trimmed, ",")
}
