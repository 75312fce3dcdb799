package resumable

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// sdkMismatch recognises the SDK's own comparison of an answer's CRC-64 with
// that of the body, which has no type.
func sdkMismatch(object string, err error) error {
	_, values, found := strings.Cut(err.Error(), "crc is inconsistent, client ")
	if !found {
		return nil
	}
	client, server, _ := strings.Cut(values, ", server ")
	return &IntegrityError{Object: object, Check: "CRC-64", Local: client, Remote: server}
}

// answer is what the service says of bytes it has stored.
type answer struct {
	etag    *string
	crc     *string
	headers http.Header
}

// verify compares an answer with what was sent; proved tells whether there was
// anything to compare with. The ETag of content the service encrypts is no MD5.
func (a answer) verify(object string, sum digest) (proved bool, err error) {
	mismatch := &IntegrityError{Object: object, RequestID: a.headers.Get(oss.HeaderOssRequestID)}
	if a.crc != nil {
		if local := strconv.FormatUint(sum.crc, 10); local != *a.crc {
			mismatch.Check, mismatch.Local, mismatch.Remote = "CRC-64", local, *a.crc
			return true, mismatch
		}
		proved = true
	}
	if a.etag != nil && a.headers.Get("x-oss-server-side-encryption") == "" {
		if etag := unquote(*a.etag); !strings.EqualFold(etag, sum.etag()) {
			mismatch.Check, mismatch.Local, mismatch.Remote = "ETag", sum.etag(), etag
			return true, mismatch
		}
		proved = true
	}
	return proved, nil
}

func unquote(etag string) string { return strings.Trim(etag, `"`) }
