package resumable

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/disk"
)

// object is what a HEAD told of the object to download. All that is fetched
// later must belong to it.
type object struct {
	size      int64
	etag      string // without quotes
	modified  time.Time
	etagIsMD5 bool

	mu     sync.Mutex // guards the CRC-64, which an answer to a GET may add
	crc    uint64
	hasCRC bool
}

// look asks for the object with a HEAD.
func (d *download) look(ctx context.Context) (*object, error) {
	request := &oss.HeadObjectRequest{
		Bucket: oss.Ptr(d.bucket), Key: oss.Ptr(d.key), RequestCommon: oss.RequestCommon{Headers: d.headers},
	}
	if d.opts.VersionID != "" {
		request.VersionId = oss.Ptr(d.opts.VersionID)
	}
	head, err := d.api.HeadObject(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("head: %w", remote(err))
	}
	o := &object{size: head.ContentLength, etag: unquote(oss.ToString(head.ETag)), modified: oss.ToTime(head.LastModified)}
	if head.Headers.Get("Content-Length") == "" || o.size < 0 || o.etag == "" {
		return nil, fmt.Errorf("head without length or ETag: %w (request %q)", ErrNotAnswer, head.Headers.Get(oss.HeaderOssRequestID))
	}
	if o.crc, o.hasCRC, err = crcOf(head.HashCRC64); err != nil {
		return nil, fmt.Errorf("head: %w", err)
	}
	o.etagIsMD5 = oss.ToString(head.ObjectType) == "Normal" && isMD5(o.etag) && head.ServerSideEncryption == nil
	if want := unquote(d.opts.ExpectETag); want != "" && want != o.etag {
		return nil, fmt.Errorf("%w: ETag %q, expected %q", ErrRemoteChanged, o.etag, want)
	}
	if want := d.opts.ExpectSize; want != nil && *want != o.size {
		return nil, fmt.Errorf("%w: %d bytes, expected %d", ErrRemoteChanged, o.size, *want)
	}
	d.result = DownloadResult{
		Size: o.size, ETag: o.etag, LastModified: o.modified, Type: oss.ToString(head.ObjectType),
		VersionID: oss.ToString(head.VersionId), RequestID: head.Headers.Get(oss.HeaderOssRequestID),
	}
	return o, nil
}

// crcOf parses the header x-oss-hash-crc64ecma, which old objects lack.
func crcOf(header *string) (crc uint64, ok bool, err error) {
	if header == nil {
		return 0, false, nil
	}
	crc, err = strconv.ParseUint(*header, 10, 64)
	return crc, err == nil, err
}

// learn takes the CRC-64 of the whole object, which an answer to a GET tells
// also for a range, if the HEAD had none.
func (o *object) learn(header *string) error {
	crc, told, err := crcOf(header)
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if told && !o.hasCRC {
		o.crc, o.hasCRC = crc, true
	}
	return nil
}

// conditions makes a GET fail with 412 when the object is another by now.
func (o *object) conditions(request *oss.GetObjectRequest) {
	request.IfMatch = oss.Ptr(o.etag)
	if !o.modified.IsZero() {
		request.IfUnmodifiedSince = oss.Ptr(o.modified.UTC().Format(http.TimeFormat))
	}
}

// verify compares the file, the CRC-64 of whose first size bytes is known, with
// size and checksum of the object. Without a CRC-64 the MD5 decides, for which
// the file is read again. verified is false when the service has no checksum at
// all.
func (o *object) verify(ctx context.Context, name, requestID string, f *os.File, crc uint64) (verified bool, err error) {
	fi, err := disk.StatFile(f)
	if err != nil {
		return false, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	mismatch := &IntegrityError{Object: name, RequestID: requestID}
	switch {
	case fi.Size() != o.size:
		mismatch.Check = "size"
		mismatch.Local, mismatch.Remote = strconv.FormatInt(fi.Size(), 10), strconv.FormatInt(o.size, 10)
		return false, mismatch
	case o.hasCRC && crc != o.crc:
		mismatch.Check = "CRC-64"
		mismatch.Local, mismatch.Remote = strconv.FormatUint(crc, 10), strconv.FormatUint(o.crc, 10)
		return false, mismatch
	case o.hasCRC:
		return true, nil
	case !o.etagIsMD5:
		return false, nil
	}
	sum, err := hashRange(ctx, disk.ContentOf(f), 0, o.size)
	if err != nil {
		return false, err
	}
	if !strings.EqualFold(sum.etag(), o.etag) {
		mismatch.Check, mismatch.Local, mismatch.Remote = "MD5", sum.etag(), o.etag
		return false, mismatch
	}
	return true, nil
}
