package ossserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithmV4    = "OSS4-HMAC-SHA256"
	timeV4         = "20060102T150405Z"
	unsignedV4     = "UNSIGNED-PAYLOAD"
	terminatorV4   = "aliyun_v4_request"
	productV4      = "oss"
	ossPrefix      = "x-oss-"
	maxPresignLife = 7 * 24 * time.Hour
)

// maxAdditionalHeaders is the most headers beside x-oss- that a signature can
// name: each header of the request is looked up among them.
const maxAdditionalHeaders = 100

// signatureV4 is a V4 signature as sent, in the header or in the query.
type signatureV4 struct {
	accessKeyID       string
	date              string // YYYYMMDD of the scope
	region            string
	product           string
	additionalHeaders []string // lower case, in the order sent
	signature         string
}

// parseAuthorizationV4 reads
// "OSS4-HMAC-SHA256 Credential=ID/DATE/REGION/oss/aliyun_v4_request,AdditionalHeaders=a;b,Signature=HEX".
func parseAuthorizationV4(value string) (signatureV4, error) {
	var sig signatureV4
	fields := strings.TrimPrefix(value, algorithmV4+" ")
	for field := range strings.SplitSeq(fields, ",") {
		name, v, ok := strings.Cut(strings.TrimSpace(field), "=")
		if !ok {
			return signatureV4{}, invalidArgument("Authorization header is invalid.")
		}
		switch name {
		case "Credential":
			if err := sig.setCredential(v); err != nil {
				return signatureV4{}, err
			}
		case "AdditionalHeaders":
			var err error
			if sig.additionalHeaders, err = parseAdditionalHeaders(v); err != nil {
				return signatureV4{}, err
			}
		case "Signature":
			sig.signature = v
		default:
			return signatureV4{}, invalidArgument("Authorization header is invalid.")
		}
	}
	if sig.accessKeyID == "" || sig.signature == "" {
		return signatureV4{}, invalidArgument("Authorization header is invalid.")
	}
	return sig, nil
}

func (sig *signatureV4) setCredential(v string) error {
	parts := strings.Split(v, "/")
	if len(parts) != 5 || parts[0] == "" || parts[4] != terminatorV4 {
		return invalidArgument("The signing credential is invalid.")
	}
	sig.accessKeyID, sig.date, sig.region, sig.product = parts[0], parts[1], parts[2], parts[3]
	return nil
}

// parseAdditionalHeaders reads "a;b" into lower-case names.
func parseAdditionalHeaders(v string) ([]string, error) {
	if strings.Count(v, ";") >= maxAdditionalHeaders {
		return nil, invalidArgument("There are more than %d additional headers in the signature.", maxAdditionalHeaders)
	}
	var names []string
	for name := range strings.SplitSeq(v, ";") {
		if name != "" {
			names = append(names, strings.ToLower(name))
		}
	}
	return names, nil
}

// checkScope compares the scope of a credential with this server and with the
// time of the request.
func (s *Server) checkScope(sig signatureV4, stamp string) error {
	switch {
	case !strings.HasPrefix(stamp, sig.date) || len(sig.date) != len("20060102"):
		return invalidArgument("Invalid signing date in Authorization header.")
	case sig.region != s.options.Region:
		e := invalidArgument("Invalid signing region in Authorization header.")
		e.ec = "0002-00000226"
		return e
	case sig.product != productV4:
		e := invalidArgument("Invalid signing product in Authorization header.")
		e.ec = "0002-00000227"
		return e
	}
	return nil
}

func (s *Server) claimV4Header(c *call, authorization string) (*claim, error) {
	sig, err := parseAuthorizationV4(authorization)
	if err != nil {
		return nil, err
	}
	date := c.dateSigned()
	signed, err := time.Parse(timeV4, date)
	if err != nil {
		if signed, err = http.ParseTime(date); err != nil {
			return nil, accessDenied("OSS authentication requires a valid Date.")
		}
	}
	if err := s.checkScope(sig, signed.UTC().Format(timeV4)); err != nil {
		return nil, err
	}
	if v := c.request.Header.Get("X-Oss-Content-Sha256"); v != "" && v != unsignedV4 {
		e := invalidArgument("The x-oss-content-sha256 %q is not valid.", v)
		e.ec = "0002-00000214"
		return nil, e
	}
	if err := s.checkSkew(signed); err != nil {
		return nil, err
	}
	return c.claimV4(sig, date), c.checkAdditional(sig.additionalHeaders)
}

func (s *Server) claimV4Query(c *call) (*claim, error) {
	var sig signatureV4
	if v := c.query.get("x-oss-signature-version"); v != algorithmV4 {
		return nil, invalidArgument("The x-oss-signature-version %q is not valid.", v)
	}
	if err := sig.setCredential(c.query.get("x-oss-credential")); err != nil {
		return nil, err
	}
	var err error
	if sig.additionalHeaders, err = parseAdditionalHeaders(c.query.get("x-oss-additional-headers")); err != nil {
		return nil, err
	}
	sig.signature = c.query.get("x-oss-signature")

	stamp := c.query.get("x-oss-date")
	signed, err := time.Parse(timeV4, stamp)
	if err != nil {
		return nil, invalidArgument("The x-oss-date %q is not valid.", stamp)
	}
	seconds, err := strconv.ParseInt(c.query.get("x-oss-expires"), 10, 64)
	if err != nil || seconds < 1 || seconds > int64(maxPresignLife/time.Second) {
		return nil, invalidArgument("The x-oss-expires must be between 1 and %d.", int64(maxPresignLife/time.Second))
	}
	if err := s.checkScope(sig, stamp); err != nil {
		return nil, err
	}
	if signed.Sub(s.now()) > maxSkew {
		return nil, s.checkSkew(signed)
	}
	if err := s.checkExpiry(signed.Add(time.Duration(seconds) * time.Second)); err != nil {
		return nil, err
	}
	return c.claimV4(sig, stamp), c.checkAdditional(sig.additionalHeaders)
}

// checkAdditional refuses a signature over a header that the request has not.
func (c *call) checkAdditional(names []string) error {
	for _, name := range names {
		if name != "host" && name != "content-length" && c.request.Header.Values(name) == nil {
			return invalidArgument("The additional header %q of the signature is not in the request.", name)
		}
	}
	return nil
}

func (c *call) claimV4(sig signatureV4, stamp string) *claim {
	canonical := c.canonicalV4(sig.additionalHeaders)
	digest := sha256.Sum256([]byte(canonical))
	scope := strings.Join([]string{sig.date, sig.region, sig.product, terminatorV4}, "/")
	toSign := strings.Join([]string{algorithmV4, stamp, scope, hex.EncodeToString(digest[:])}, "\n")
	return &claim{
		accessKeyID:      sig.accessKeyID,
		signature:        sig.signature,
		stringToSign:     toSign,
		canonicalRequest: canonical,
		sign:             func(secret string) string { return sig.sign(secret, toSign) },
	}
}

// sign signs a text with the key that a secret gives in the scope of sig.
func (sig signatureV4) sign(secret, text string) string {
	key := []byte("aliyun_v4" + secret)
	for _, part := range []string{sig.date, sig.region, sig.product, terminatorV4} {
		key = hmacSHA256(key, part)
	}
	return hex.EncodeToString(hmacSHA256(key, text))
}

// canonicalV4 builds the canonical request: method, path, query, headers,
// additional header names and payload hash, one line each but for the headers.
func (c *call) canonicalV4(additional []string) string {
	path := "/"
	if c.bucket != "" {
		path += c.bucket + "/" + c.key
	}
	payload := c.request.Header.Get("X-Oss-Content-Sha256")
	if payload == "" {
		payload = unsignedV4
	}
	return strings.Join([]string{
		c.request.Method,
		escapeName(path, true),
		c.canonicalQueryV4(),
		c.canonicalHeaders(append([]string{"content-type", "content-md5"}, additional...)),
		strings.Join(additional, ";"),
		payload,
	}, "\n")
}

func (c *call) canonicalQueryV4() string {
	pairs := make([]string, 0, len(c.query))
	sorted := make([]parameter, 0, len(c.query))
	for _, p := range c.query {
		if p.name != "x-oss-signature" {
			sorted = append(sorted, parameter{escapeName(p.name, false), escapeName(p.value, false)})
		}
	}
	slices.SortFunc(sorted, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	for _, p := range sorted {
		if p.value == "" {
			pairs = append(pairs, p.name)
		} else {
			pairs = append(pairs, p.name+"="+p.value)
		}
	}
	return strings.Join(pairs, "&")
}

// canonicalHeaders covers all x-oss- headers and those that are named, in lower
// case. Each line, the last too, ends in a newline.
func (c *call) canonicalHeaders(named []string) string {
	lines := make(map[string]string)
	for name, values := range c.request.Header {
		low := strings.ToLower(name)
		if strings.HasPrefix(low, ossPrefix) || slices.Contains(named, low) {
			lines[low] = signedValues(values)
		}
	}
	// net/http moves these two out of the header map.
	if slices.Contains(named, "host") {
		lines["host"] = c.request.Host
	}
	if slices.Contains(named, "content-length") && c.request.ContentLength >= 0 {
		lines["content-length"] = strconv.FormatInt(c.request.ContentLength, 10)
	}
	names := make([]string, 0, len(lines))
	for name := range lines {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + ":" + lines[name] + "\n")
	}
	return b.String()
}

func hmacSHA256(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
