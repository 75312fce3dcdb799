package resumable

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func (u *upload) head(ctx context.Context) (*oss.HeadObjectResult, error) {
	head, err := u.api.HeadObject(ctx, &oss.HeadObjectRequest{
		Bucket: oss.Ptr(u.bucket), Key: oss.Ptr(u.key), RequestCommon: oss.RequestCommon{Headers: subset(u.headers, requestPayer)},
	})
	return head, remote(err)
}

// standing returns the object under the key if it bears the token, else nil.
func (u *upload) standing(ctx context.Context, token string) (*oss.HeadObjectResult, error) {
	head, err := u.head(ctx)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("head: %w", err)
	}
	if head.Metadata[tokenMetadata] != token {
		return nil, nil
	}
	return head, nil
}

// adopt fills result from an object that is this upload's, after comparing
// what can be compared: of an encrypted object only the size.
func (u *upload) adopt(head *oss.HeadObjectResult, result *UploadResult) error {
	result.ETag, result.VersionID = unquote(oss.ToString(head.ETag)), oss.ToString(head.VersionId)
	result.RequestID = head.Headers.Get(oss.HeaderOssRequestID)
	result.LastModified = oss.ToTime(head.LastModified)
	if head.ContentLength != result.Size {
		return &IntegrityError{
			Object: u.object, Check: "size", RequestID: result.RequestID,
			Local: strconv.FormatInt(result.Size, 10), Remote: strconv.FormatInt(head.ContentLength, 10),
		}
	}
	if u.parts == nil {
		return nil
	}
	return u.sameCRC(head.HashCRC64, result)
}

// adoptGone finds out why the upload of a record is gone. If an earlier call
// completed it the object bears its token; nil means it has to start anew.
func (u *upload) adoptGone(ctx context.Context, l *ledger, s *session) (*UploadResult, error) {
	head, err := u.standing(ctx, s.rec.Token)
	if err != nil && !hasCode(err, "AccessDenied") { // who may only write cannot look
		return nil, err
	}
	// Without a CRC-64 there is no telling whether the file is what went in.
	if head == nil || head.HashCRC64 == nil {
		return nil, l.end(s.rec)
	}
	sum, err := u.src.crc(ctx, 0, u.src.print.Size)
	if err != nil {
		return nil, err
	}
	result := &UploadResult{
		Size: u.src.print.Size, CRC64: sum,
		Multipart: true, PartsKept: s.plan.count, BytesKept: u.src.print.Size, StaleHeaders: s.rec.Headers != headersMD5(u.headers),
	}
	if err := u.adopt(head, result); err != nil {
		// The object is this upload's but the file is not what went in.
		return nil, l.end(s.rec)
	}
	if err := u.src.confirm(ctx, sum); err != nil {
		return nil, err
	}
	result.Fingerprint = u.src.print
	u.progress.end(result.Size)
	_ = l.end(s.rec) // as in carryOut
	return result, nil
}

// sameCRC compares the CRC-64 of the object, where the service tells it.
func (u *upload) sameCRC(told *string, result *UploadResult) error {
	local := strconv.FormatUint(result.CRC64, 10)
	if told == nil || *told == local {
		return nil
	}
	return &IntegrityError{Object: u.object, Check: "CRC-64", Local: local, Remote: *told, RequestID: result.RequestID}
}
