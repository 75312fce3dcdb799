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
	if proved, err = a.verifyCRC(object, sum.crc); err != nil {
		return true, err
	}
	if a.etag != nil && a.headers.Get("x-oss-server-side-encryption") == "" {
		if etag := unquote(*a.etag); !strings.EqualFold(etag, sum.etag()) {
			return true, a.mismatch(object, "ETag", sum.etag(), etag)
		}
		proved = true
	}
	return proved, nil
}

// verifyCRC is verify for who knows no MD5 of what was sent.
func (a answer) verifyCRC(object string, crc uint64) (proved bool, err error) {
	if a.crc == nil {
		return false, nil
	}
	if local := strconv.FormatUint(crc, 10); local != *a.crc {
		return true, a.mismatch(object, "CRC-64", local, *a.crc)
	}
	return true, nil
}

func (a answer) mismatch(object, check, local, remote string) error {
	return &IntegrityError{Object: object, Check: check, Local: local, Remote: remote, RequestID: a.headers.Get(oss.HeaderOssRequestID)}
}

func unquote(etag string) string { return strings.Trim(etag, `"`) }
