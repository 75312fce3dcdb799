package resumable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// carryOut sends what is missing and commits. At its end the object is published
// and the record gone; or the record stays for the next call; or, when the parts
// are of no use to any call, neither upload nor record is left.
func (u *upload) carryOut(ctx context.Context, l *ledger, s *session) (*UploadResult, error) {
	err := u.sendMissing(ctx, s)
	if err == nil {
		u.progress.end(u.src.print.Size)
		err = u.src.confirm(ctx, s.crc())
	}
	if errors.Is(err, ErrSourceChanged) {
		return nil, besides(err, "clearing", u.abandon(ctx, l, s))
	}
	if err != nil {
		return nil, err
	}
	if u.opts.BeforeCommit != nil {
		if err := u.opts.BeforeCommit(ctx); err != nil {
			return nil, fmt.Errorf("before committing: %w", err)
		}
	}
	result := &UploadResult{
		Size: u.src.print.Size, CRC64: s.crc(), Fingerprint: u.src.print,
		Multipart: true, PartsSent: s.sent, PartsKept: s.kept, BytesKept: s.keptBytes, StaleHeaders: s.rec.Headers != headersMD5(u.headers),
	}
	err = u.commit(ctx, s, result)
	if hasCode(err, "InvalidPart") && u.relearn(ctx, s) {
		err = u.commit(ctx, s, result)
	}
	if err != nil {
		return nil, u.afterRefusal(ctx, l, s, err)
	}
	// The object stands whether or not its record can be deleted; a record
	// left over is recognised by its token in the next call.
	_ = l.end(s.rec)
	return result, nil
}

// relearn takes the names of the parts, their ETags, from the listing, for parts that
// are stored as they were sent: what an answer told may have been altered on its way. It
// reports whether one was another, so that a commit may succeed now.
func (u *upload) relearn(ctx context.Context, s *session) bool {
	listed, err := u.listParts(ctx, s)
	if err != nil {
		return false
	}
	other := false
	for i, part := range listed {
		stored := part.Number != 0 && part.ETag != "" && part.Size == s.plan.length(i) && part.HasCRC64 && part.CRC64 == s.pieces[i].crc
		if !stored {
			return false
		}
		other = other || part.ETag != s.pieces[i].etag
		s.pieces[i].etag = part.ETag
	}
	return other
}

// afterRefusal clears up after a commit that failed, as far as it is certain
// how. In doubt everything stays for the next call.
func (u *upload) afterRefusal(ctx context.Context, l *ledger, s *session, err error) error {
	var mismatch *IntegrityError
	var unfit *unfitError
	var taken *takenError
	switch {
	case errors.As(err, &mismatch):
		// The upload id is spent: the object stands, and is wrong.
		return besides(err, "record", l.end(s.rec))
	case errors.As(err, &unfit):
		if clearErr := u.abandon(ctx, l, s); clearErr != nil {
			// Another upload would take the place of the record.
			return besides(unfit.refusal, "clearing", clearErr)
		}
	case errors.As(err, &taken):
		return besides(err, "clearing", u.abandon(ctx, l, s))
	}
	return err
}

// unfitError is a refusal of the parts for good: the upload cannot be completed
// with them, and another can.
type unfitError struct{ refusal error }

func (e *unfitError) Error() string { return e.refusal.Error() }
func (e *unfitError) Unwrap() error { return e.refusal }

// takenError is the object of another writer where none may be replaced.
type takenError struct{ refusal error }

func (e *takenError) Error() string { return e.refusal.Error() }
func (e *takenError) Unwrap() error { return e.refusal }

// abandon aborts an upload that is of no use. The record goes only with the
// upload, so that what is left can still be found.
func (u *upload) abandon(ctx context.Context, l *ledger, s *session) error {
	if err := u.abort(ctx, s.rec.UploadID); err != nil {
		return fmt.Errorf("abort: %w", err)
	}
	return l.end(s.rec)
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
// of this upload or it does not. Nothing is aborted here, whatever happens;
// *unfitError and *takenError tell that it may be.
func (u *upload) commit(ctx context.Context, s *session, result *UploadResult) error {
	for round := 1; ; round++ {
		done, err := u.complete(ctx, s)
		if err == nil {
			return u.takeAnswer(done, result)
		}
		err = fmt.Errorf("complete: %w", err)
		spent := spentUpload(err)
		switch {
		case spent != nil && round == 1:
			return spent
		case spent == nil && !doubtful(ctx, err):
			return err
		}
		// After a doubtful round, what is in the way may be our own object.
		head, lookErr := u.standing(ctx, s.rec.Token)
		switch {
		case head != nil:
			return u.adopt(head, result)
		case spent != nil && lookErr == nil:
			return spent
		case round == maxFruitless:
			return besides(err, "look", lookErr)
		}
		if err := u.opts.limits.pause(ctx, round); err != nil {
			return fmt.Errorf("complete: %w", err)
		}
	}
}

// spentUpload gives a refusal to complete an upload that is for ever its type;
// any other error gives nil.
func spentUpload(err error) error {
	var answer *oss.ServiceError
	switch {
	case errors.Is(err, fs.ErrExist):
		return &takenError{err}
	case !errors.As(err, &answer) || answer.StatusCode != http.StatusBadRequest:
		return nil
	case slices.Contains([]string{"EntityTooSmall", "InvalidPart", "InvalidPartOrder", "InvalidArgument"}, answer.Code):
		return &unfitError{err}
	}
	return nil
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
		return nil, fmt.Errorf("complete without ETag: %w (request %q)", ErrNotAnswer, done.Headers.Get(oss.HeaderOssRequestID))
	}
	return done, nil
}

func (u *upload) takeAnswer(done *oss.CompleteMultipartUploadResult, result *UploadResult) error {
	result.ETag, result.VersionID = unquote(*done.ETag), oss.ToString(done.VersionId)
	result.RequestID = done.Headers.Get(oss.HeaderOssRequestID)
	return u.sameCRC(done.HashCRC64, result)
}
