package ossserver

import (
	"net/http"
	"unicode/utf8"
)

// Limits of the service.
const (
	maxKeyLength    = 1023 // bytes
	minBucketLength = 3
	maxBucketLength = 63
	maxMetadata     = 8 << 10 // bytes of names and values of user metadata
	maxPutSize      = 5 << 30 // bytes of one PutObject, UploadPart or CopyObject
	maxPartNumber   = 10000
	minPartSize     = 100 << 10 // bytes; the last part is excepted
	maxBatchDelete  = 1000      // keys
	maxPage         = 1000      // entries of one listing page
	maxTags         = 10        // of an object
	maxBucketTags   = 20
	maxTagKey       = 128 // characters
	maxTagValue     = 256 // characters
)

// checkBucketName applies the naming rules for buckets: 3 to 63 lower-case
// letters, digits and hyphens, no hyphen at either end.
func checkBucketName(name string) error {
	bad := len(name) < minBucketLength || len(name) > maxBucketLength ||
		name[0] == '-' || name[len(name)-1] == '-'
	for i := 0; i < len(name) && !bad; i++ {
		c := name[i]
		bad = !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-')
	}
	if bad {
		e := newError(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.")
		return e.with("BucketName", name)
	}
	return nil
}

// checkKey applies the naming rules for objects: 1 to 1023 bytes of UTF-8 that
// start with neither slash nor backslash.
func checkKey(key string) error {
	if !utf8.ValidString(key) {
		return invalidArgument("The characters encoding must be utf-8.")
	}
	if key == "" || len(key) > maxKeyLength || key[0] == '/' || key[0] == '\\' {
		return invalidObjectName(key)
	}
	return nil
}

func invalidObjectName(key string) *apiError {
	e := newError(http.StatusBadRequest, "InvalidObjectName", "The specified object is not valid.")
	return e.with("ObjectName", key)
}
