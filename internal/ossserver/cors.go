package ossserver

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxCORSRules is the most rules of a bucket.
const maxCORSRules = 20

type corsDocument struct {
	XMLName xml.Name   `xml:"CORSConfiguration"`
	Rules   []corsRule `xml:"CORSRule"`
	Vary    bool       `xml:"ResponseVary"`
}

type corsRule struct {
	Origins []string `xml:"AllowedOrigin"`
	Methods []string `xml:"AllowedMethod"`
	Headers []string `xml:"AllowedHeader"`
	Expose  []string `xml:"ExposeHeader"`
	MaxAge  *int     `xml:"MaxAgeSeconds"`
}

func parseCORS(doc []byte) (*corsDocument, error) {
	var d corsDocument
	if err := unmarshalDocument(doc, &d); err != nil {
		return nil, err
	}
	if len(d.Rules) == 0 || len(d.Rules) > maxCORSRules {
		return nil, malformedXML()
	}
	for _, r := range d.Rules {
		if len(r.Origins) == 0 || len(r.Methods) == 0 {
			return nil, malformedXML()
		}
		if r.MaxAge != nil && (*r.MaxAge < 0 || *r.MaxAge > 999999999) {
			e := invalidArgument("The MaxAgeSeconds is not valid.")
			return nil, e.with("ArgumentName", "MaxAgeSeconds").with("ArgumentValue", strconv.Itoa(*r.MaxAge))
		}
		for _, m := range r.Methods {
			if !slices.Contains([]string{"GET", "PUT", "DELETE", "POST", "HEAD"}, m) {
				return nil, invalidArgument("The AllowedMethod %q is not valid.", m)
			}
		}
		for _, pattern := range slices.Concat(r.Origins, r.Headers) {
			if strings.Count(pattern, "*") > 1 {
				return nil, invalidArgument("The pattern %q has more than one wildcard.", pattern)
			}
		}
	}
	return &d, nil
}

func checkCORS(doc []byte) error {
	_, err := parseCORS(doc)
	return err
}

// matchWildcard reports whether a pattern, in which one "*" stands for
// anything, fits s.
func matchWildcard(pattern, s string) bool {
	head, tail, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == s
	}
	return len(s) >= len(head)+len(tail) && strings.HasPrefix(s, head) && strings.HasSuffix(s, tail)
}

// match returns the first rule for an origin, a method and headers, nil when
// there is none.
func (d *corsDocument) match(origin, method string, headers []string) *corsRule {
	for i, r := range d.Rules {
		fits := func(h string) bool {
			return slices.ContainsFunc(r.Headers, func(p string) bool { return matchWildcard(strings.ToLower(p), strings.ToLower(h)) })
		}
		if slices.ContainsFunc(r.Origins, func(p string) bool { return matchWildcard(p, origin) }) &&
			slices.Contains(r.Methods, method) &&
			!slices.ContainsFunc(headers, func(h string) bool { return !fits(h) }) {
			return &d.Rules[i]
		}
	}
	return nil
}

// writeHeaders tells a browser what the rule allows to an origin.
func (r *corsRule) writeHeaders(h http.Header, origin string) {
	if slices.Contains(r.Origins, "*") {
		origin = "*"
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Methods", strings.Join(r.Methods, ", "))
	if len(r.Expose) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(r.Expose, ", "))
	}
	if r.MaxAge != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(*r.MaxAge))
	}
}

// corsOf returns the rules of a bucket, nil when it has none.
func (s *Server) corsOf(bucket string) (d *corsDocument, err error) {
	err = s.store.view(func(tx *transaction) error {
		b, err := tx.bucket(bucket)
		if err != nil {
			return err
		}
		if doc := b.Bucket(inConfigs).Get([]byte("cors")); doc != nil {
			d, err = parseCORS(doc)
		}
		return err
	})
	return d, err
}

// allowOrigin adds the headers for a browser to the answer of a request that
// names an origin. Without a rule that fits the browser refuses the answer.
func (s *Server) allowOrigin(c *call) {
	origin := c.request.Header.Get("Origin")
	if origin == "" || c.bucket == "" || c.operation == OptionObject {
		return
	}
	d, err := s.corsOf(c.bucket)
	if err != nil || d == nil {
		return // that there is no such bucket is for the operation to say
	}
	if r := d.match(origin, c.request.Method, nil); r != nil {
		r.writeHeaders(c.Header(), origin)
	}
	if d.Vary {
		c.Header().Set("Vary", "Origin")
	}
}

// optionObject answers a preflight request.
func (s *Server) optionObject(c *call) error {
	origin, method := c.request.Header.Get("Origin"), c.request.Header.Get("Access-Control-Request-Method")
	if origin == "" || method == "" {
		return invalidRequest("Insufficient information. Origin request header needed.")
	}
	d, err := s.corsOf(c.bucket)
	if err != nil {
		return err
	}
	var headers []string
	for h := range strings.SplitSeq(c.request.Header.Get("Access-Control-Request-Headers"), ",") {
		if h = strings.TrimSpace(h); h != "" {
			headers = append(headers, h)
		}
	}
	if d == nil {
		return newError(http.StatusForbidden, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.")
	}
	r := d.match(origin, method, headers)
	if r == nil {
		return newError(http.StatusForbidden, "AccessForbidden",
			"CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec.")
	}
	r.writeHeaders(c.Header(), origin)
	if len(headers) > 0 {
		c.Header().Set("Access-Control-Allow-Headers", strings.Join(headers, ", "))
	}
	c.writeEmpty(http.StatusOK)
	return nil
}
