package resumable

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

const maxKeyBytes = 1023

// checkKey refuses keys that the service refuses, and which the SDK would
// send as they are.
func checkKey(key string) error {
	switch {
	case key == "":
		return fmt.Errorf("%w: empty key", ErrInvalid)
	case len(key) > maxKeyBytes:
		return fmt.Errorf("%w: key of %d bytes, at most %d are possible", ErrInvalid, len(key), maxKeyBytes)
	case !utf8.ValidString(key):
		return fmt.Errorf("%w: key is not UTF-8", ErrInvalid)
	case key[0] == '/' || key[0] == '\\':
		return fmt.Errorf("%w: key starts with %q", ErrInvalid, key[:1])
	}
	return nil
}

// checkSizes refuses numbers without a meaning; 0 always stands for the default.
func checkSizes(threshold, partSize int64, parts int) error {
	switch {
	case threshold < NoThreshold:
		return fmt.Errorf("%w: threshold %d", ErrInvalid, threshold)
	case partSize < 0:
		return fmt.Errorf("%w: part size %d", ErrInvalid, partSize)
	case parts < 0:
		return fmt.Errorf("%w: %d parts at a time", ErrInvalid, parts)
	}
	return nil
}

// reserved are the headers that a transfer sets itself, or that would change
// what a request does.
var reserved = map[string]bool{
	"Accept-Encoding":        true,
	"Authorization":          true,
	"Content-Length":         true,
	"Content-Md5":            true,
	"Date":                   true,
	"Host":                   true,
	"If-Match":               true,
	"If-Modified-Since":      true,
	"If-None-Match":          true,
	"If-Unmodified-Since":    true,
	"Range":                  true,
	"Transfer-Encoding":      true,
	"X-Oss-Callback":         true,
	"X-Oss-Callback-Var":     true,
	"X-Oss-Content-Sha256":   true,
	"X-Oss-Date":             true,
	"X-Oss-Forbid-Overwrite": true,
	"X-Oss-Range-Behavior":   true,
	"X-Oss-Security-Token":   true,
	tokenHeader:              true,
}

// canonicalHeaders copies headers under their canonical names.
func canonicalHeaders(headers map[string]string) (map[string]string, error) {
	canonical := make(map[string]string, len(headers)+1)
	for name, value := range headers {
		name = http.CanonicalHeaderKey(name)
		if reserved[name] || name == "" {
			return nil, fmt.Errorf("%w: header %q is not the caller's to set", ErrInvalid, name)
		}
		if strings.ContainsAny(value, "\r\n\x00") {
			return nil, fmt.Errorf("%w: header %q has the value %q", ErrInvalid, name, value)
		}
		if _, twice := canonical[name]; twice {
			return nil, fmt.Errorf("%w: header %q is given twice", ErrInvalid, name)
		}
		canonical[name] = value
	}
	return canonical, nil
}

// subset copies the headers of the given canonical names.
func subset(headers map[string]string, names ...string) map[string]string {
	chosen := make(map[string]string, len(names))
	for _, name := range names {
		if value, ok := headers[name]; ok {
			chosen[name] = value
		}
	}
	return chosen
}
