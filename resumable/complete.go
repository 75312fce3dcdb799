package resumable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// carryOut sends what is missing and commits. At its end either the object is
// published and the record gone, or the record stays for the next call, or the
// file has changed and neither upload nor record is left.
func (u *upload) carryOut(ctx context.Context, l *ledger, s *session) (*UploadResult, error) {
	err := u.sendMissing(ctx, s)
	if err == nil {
		u.progress.end(u.src.print.Size)
		err = u.src.unchanged()
	}
	if errors.Is(err, ErrSourceChanged) {
		return nil, u.abandon(ctx, l, s, err)
	}
	if err != nil {
		return nil, err
	}
	result := &UploadResult{
		Size: u.src.print.Size, CRC64: s.crc(), Fingerprint: u.src.print,
		Multipart: true, PartsSent: s.sent, PartsKept: s.kept, BytesKept: s.keptBytes, StaleHeaders: s.rec.Headers != headersMD5(u.headers),
	}
	if err := u.commit(ctx, s, result); err != nil {
		var mismatch *IntegrityError
		if errors.As(err, &mismatch) {
			// The upload id is spent: the object stands, and is wrong.
			err = besides(err, "record", l.delete())
		}
		return nil, err
	}
	// The object stands whether or not its record can be deleted; a record
	// left over is recognised by its token in the next call.
	_ = l.delete()
	return result, nil
}

// abandon aborts an upload whose source has changed. The record goes only
// with the upload, so that what is left can still be found.
func (u *upload) abandon(ctx context.Context, l *ledger, s *session, cause error) error {
	if err := u.abort(ctx, s.rec.UploadID); err != nil {
		return besides(cause, "abort", err)
	}
	return besides(cause, "record", l.delete())
}

// crc is the CRC-64 of the whole, from those of the pieces.
func (s *session) crc() uint64 {
	whole := uint64(0)
	for i, p := range s.pieces {
		whole = oss.CRC64Combine(whole, p.crc, uint64(s.plan.length(i)))
	}
	return whole
}

// commit completes the upload. The service goes on with that when the client
// is gone, so after any doubt the object itself is asked: it bears the token
// of this upload or it does not. Nothing is aborted here, whatever happens.
func (u *upload) commit(ctx context.Context, s *session, result *UploadResult) error {
	for round := 1; ; round++ {
		done, err := u.complete(ctx, s)
		if err == nil {
			return u.takeAnswer(done, result)
		}
		// What is in the way after a doubtful round may be our own object.
		inTheWay := errors.Is(err, fs.ErrExist) && round > 1
		if !inTheWay && !doubtful(ctx, err) {
			return fmt.Errorf("complete: %w", err)
		}
		head, lookErr := u.standing(ctx, s.rec.Token)
		if head != nil {
			return u.adopt(head, result)
		}
		if round == maxFruitless {
			return fmt.Errorf("complete: %w", besides(err, "look", lookErr))
		}
		if err := u.opts.limits.pause(ctx, round); err != nil {
			return fmt.Errorf("complete: %w", err)
		}
	}
}

// complete makes one attempt. A 200 that is no answer is an error.
func (u *upload) complete(ctx context.Context, s *session) (*oss.CompleteMultipartUploadResult, error) {
	parts := make([]oss.UploadPart, len(s.pieces))
	for i, p := range s.pieces {
		parts[i] = oss.UploadPart{PartNumber: int32(i + 1), ETag: oss.Ptr(`"` + p.etag + `"`)}
	}
	request := &oss.CompleteMultipartUploadRequest{
		Bucket: oss.Ptr(u.bucket), Key: oss.Ptr(u.key), UploadId: oss.Ptr(s.rec.UploadID),
		CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: parts},
		RequestCommon:           oss.RequestCommon{Headers: subset(u.headers, requestPayer, "X-Oss-Object-Acl")},
	}
	if u.opts.ForbidOverwrite {
		request.ForbidOverwrite = oss.Ptr("true")
	}
	done, err := u.api.CompleteMultipartUpload(ctx, request, func(o *oss.Options) { o.RetryMaxAttempts = oss.Ptr(1) })
	if err != nil {
		return nil, remote(err)
	}
	if oss.ToString(done.ETag) == "" {
		return nil, fmt.Errorf("answer without ETag (request %q)", done.Headers.Get(oss.HeaderOssRequestID))
	}
	return done, nil
}

func (u *upload) takeAnswer(done *oss.CompleteMultipartUploadResult, result *UploadResult) error {
	result.ETag, result.VersionID = unquote(*done.ETag), oss.ToString(done.VersionId)
	result.RequestID = done.Headers.Get(oss.HeaderOssRequestID)
	return u.sameCRC(done.HashCRC64, result)
}
