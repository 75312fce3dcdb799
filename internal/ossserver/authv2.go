package ossserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const algorithmV2 = "OSS2"

// signatureV2 is a V2 signature as sent, in the header or in the query.
type signatureV2 struct {
	accessKeyID       string
	additionalHeaders []string // lower case
	signature         string
}

// parseAuthorizationV2 reads
// "OSS2 AccessKeyId:ID,AdditionalHeaders:a;b,Signature:BASE64".
func parseAuthorizationV2(value string) (signatureV2, error) {
	var sig signatureV2
	for field := range strings.SplitSeq(strings.TrimPrefix(value, algorithmV2+" "), ",") {
		name, v, _ := strings.Cut(strings.TrimSpace(field), ":")
		switch name {
		case "AccessKeyId":
			sig.accessKeyID = v
		case "AdditionalHeaders":
			var err error
			if sig.additionalHeaders, err = parseAdditionalHeaders(v); err != nil {
				return signatureV2{}, err
			}
		case "Signature":
			sig.signature = v
		default:
			return signatureV2{}, invalidArgument("Authorization header is invalid.")
		}
	}
	if sig.accessKeyID == "" || sig.signature == "" {
		return signatureV2{}, invalidArgument("Authorization header is invalid.")
	}
	return sig, nil
}

func (s *Server) claimV2Header(c *call, authorization string) (*claim, error) {
	sig, err := parseAuthorizationV2(authorization)
	if err != nil {
		return nil, err
	}
	date := c.dateSigned()
	signed, err := http.ParseTime(date)
	if err != nil {
		return nil, accessDenied("OSS authentication requires a valid Date.")
	}
	if err := s.checkSkew(signed); err != nil {
		return nil, err
	}
	return c.claimV2(sig, date), c.checkAdditional(sig.additionalHeaders)
}

func (s *Server) claimV2Query(c *call) (*claim, error) {
	sig := signatureV2{accessKeyID: c.query.get("x-oss-access-key-id"), signature: c.query.get("x-oss-signature")}
	expires := c.query.get("x-oss-expires")
	if sig.accessKeyID == "" || sig.signature == "" || expires == "" {
		return nil, accessDenied("Query-string authentication requires the x-oss-signature, x-oss-expires and x-oss-access-key-id parameters")
	}
	var err error
	if sig.additionalHeaders, err = parseAdditionalHeaders(c.query.get("x-oss-additional-headers")); err != nil {
		return nil, err
	}
	end, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return nil, accessDenied("Invalid date (should be seconds since epoch): " + expires)
	}
	if err := s.checkExpiry(time.Unix(end, 0)); err != nil {
		return nil, err
	}
	return c.claimV2(sig, expires), c.checkAdditional(sig.additionalHeaders)
}

// claimV2 signs what V1 does, and further all of the query and the headers that
// the client named.
func (c *call) claimV2(sig signatureV2, date string) *claim {
	header := c.request.Header
	slices.Sort(sig.additionalHeaders)
	toSign := strings.Join([]string{
		c.request.Method,
		header.Get("Content-Md5"),
		header.Get("Content-Type"),
		date,
		c.canonicalHeaders(sig.additionalHeaders) + strings.Join(sig.additionalHeaders, ";"),
		c.canonicalResourceV2(),
	}, "\n")
	return &claim{
		accessKeyID:  sig.accessKeyID,
		signature:    sig.signature,
		stringToSign: toSign,
		sign: func(secret string) string {
			h := hmac.New(sha256.New, []byte(secret))
			h.Write([]byte(toSign))
			return base64.StdEncoding.EncodeToString(h.Sum(nil))
		},
	}
}

func (c *call) canonicalResourceV2() string {
	resource := "/"
	if c.bucket != "" {
		resource += c.bucket + "/" + c.key
	}
	resource = escapeName(resource, false)
	if query := c.canonicalQueryV4(); query != "" {
		resource += "?" + query
	}
	return resource
}
