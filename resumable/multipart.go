package resumable

import (
	"context"
	"errors"
	"fmt"
)

// errUploadGone is an upload id the service does not know any more: aborted,
// or completed by a call whose answer was lost.
var errUploadGone = errors.New("multipart upload gone")

// session is a multipart upload under way.
type session struct {
	rec    *uploadRecord
	plan   partPlan
	pieces []piece
	sent   int
	kept   int

	keptBytes int64
}

// piece is one part, stored once it has an ETag.
type piece struct {
	etag string
	crc  uint64
}

// multipart uploads the file in parts, carrying on with what an earlier call
// left. If that turns out to be gone or of no use it starts from nothing, once.
func (u *upload) multipart(ctx context.Context) (*UploadResult, error) {
	plan, err := uploadPlan(u.src.print.Size, u.opts.PartSize, u.opts.limits.minPart)
	if err != nil {
		return nil, err
	}
	want := binding{Op: OpUpload, Scope: u.opts.Scope, Bucket: u.bucket, Key: u.key, File: u.src.place.file}
	l, err := openLedger(u.opts.Store, want, "")
	if err != nil {
		return nil, err
	}
	u.announce.Store(u.opts.Sequential)
	s, err := u.resume(ctx, l)
	for restarted := false; ; restarted = true {
		if err == nil && s == nil {
			s, err = u.initiate(ctx, l, plan)
		}
		var result *UploadResult
		if err == nil {
			result, err = u.carryOut(ctx, l, s)
		}
		var unfit *unfitError
		again := errors.As(err, &unfit) || errors.Is(err, errUploadGone)
		if !again || restarted {
			return result, err
		}
		if unfit == nil {
			if result, err = u.adoptGone(ctx, l, s); result != nil || err != nil {
				return result, err
			}
		}
		u.progress.restart()
		s, err = nil, nil
	}
}

// resume returns the session of the record, with the parts that are stored
// and equal the file; nil if there is nothing to resume. The session comes
// also with errUploadGone.
func (u *upload) resume(ctx context.Context, l *ledger) (*session, error) {
	data, err := l.get()
	if err != nil || data == nil {
		return nil, err
	}
	rec, err := decodeUpload(data, l.want)
	if err == nil && rec.UploadID == "" { // an intent: there is nothing to go on with
		l.begun = rec.Begun
		return nil, nil
	}
	if err != nil || !rec.Fingerprint.sameContent(u.src.print) {
		return nil, discard(ctx, l, data, u.src.place, u.abort)
	}
	plan := cut(rec.Size, rec.PartSize)
	if plan.count > 1 && plan.partSize < u.opts.limits.minPart { // Complete would refuse it
		return nil, discard(ctx, l, data, u.src.place, u.abort)
	}
	s := &session{rec: rec, plan: plan, pieces: make([]piece, plan.count)}
	listed, err := u.listParts(ctx, s)
	if err != nil {
		return s, err
	}
	if err := u.keepEqual(ctx, s, listed); err != nil {
		return s, err
	}
	if u.opts.Sequential && s.gap() {
		u.progress.restart()
		return nil, discard(ctx, l, data, u.src.place, u.abort)
	}
	return s, nil
}

// gap tells whether a part is missing before one that is stored.
func (s *session) gap() bool {
	missing := false
	for _, p := range s.pieces {
		if p.etag == "" {
			missing = true
		} else if missing {
			return true
		}
	}
	return false
}

func (u *upload) abort(ctx context.Context, uploadID string) error {
	return abortUpload(ctx, u.api, u.bucket, u.key, uploadID, u.headers)
}

// initiate begins an upload and records it before any part is sent.
//
// RACE: without an intent, dying between the answer and the record leaves an
// upload without parts, which nobody owns; a listing of multipart uploads shows it.
func (u *upload) initiate(ctx context.Context, l *ledger, plan partPlan) (*session, error) {
	rec := &uploadRecord{
		binding: l.want, Fingerprint: u.src.print,
		Token: newToken(), Headers: headersMD5(u.headers), PartSize: plan.partSize,
	}
	intent, err := u.intend(l, rec)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if err := u.begin(ctx, intent); err != nil {
		return nil, besides(err, "record", l.end(rec))
	}
	if err := l.put(rec); err != nil {
		return nil, besides(fmt.Errorf("record: %w", err), "abort", u.abort(ctx, rec.UploadID))
	}
	return &session{rec: rec, plan: plan, pieces: make([]piece, plan.count)}, nil
}
