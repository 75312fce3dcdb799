package ossserver

import (
	"net/http"
	"strings"
	"time"
)

// conditions are the four preconditions of a read, or of the source of a copy.
type conditions struct {
	match, noneMatch               string
	modifiedSince, unmodifiedSince time.Time // zero when absent
}

// parseConditions reads If-Match and its kin after a header prefix, which is
// "X-Oss-Copy-Source-" for copies. A date that cannot be read counts as absent.
func parseConditions(header http.Header, prefix string) conditions {
	date := func(name string) time.Time {
		t, err := http.ParseTime(header.Get(prefix + name))
		if err != nil {
			return time.Time{}
		}
		return t
	}
	return conditions{
		match:           header.Get(prefix + "If-Match"),
		noneMatch:       header.Get(prefix + "If-None-Match"),
		modifiedSince:   date("If-Modified-Since"),
		unmodifiedSince: date("If-Unmodified-Since"),
	}
}

// check holds an object against the conditions. An ETag condition outweighs
// the date condition of its kind, as in HTTP.
func (c conditions) check(o *objectRecord) error {
	modified := o.lastModified()
	switch {
	case c.match != "" && !matchesETag(c.match, o.etag):
		return preconditionFailed("If-Match")
	case c.match == "" && !c.unmodifiedSince.IsZero() && modified.After(c.unmodifiedSince):
		return preconditionFailed("If-Unmodified-Since")
	case c.noneMatch != "" && matchesETag(c.noneMatch, o.etag),
		c.noneMatch == "" && !c.modifiedSince.IsZero() && !modified.After(c.modifiedSince):
		return newError(http.StatusNotModified, "NotModified", "The object was not modified.").
			withHeader("Etag", quote(o.etag)).
			withHeader("Last-Modified", modified.UTC().Format(http.TimeFormat))
	}
	return nil
}

// matchesETag compares with a list of ETags, quoted or not, or "*".
func matchesETag(list, etag string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.Trim(strings.TrimSpace(item), `"`); item == "*" || item == etag {
			return true
		}
	}
	return false
}
