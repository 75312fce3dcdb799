package resumable

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"golang.org/x/sync/errgroup"

	"github.com/osssync/osssync/iter"
)

// eachPiece calls do for the given pieces, in order, up to workers of them at
// a time. The first error ends the others through their context.
func eachPiece(ctx context.Context, pieces []int, workers int, do func(ctx context.Context, i int) error) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, i := range pieces {
		if groupCtx.Err() != nil {
			break
		}
		group.Go(func() error { return do(groupCtx, i) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// keepEqual marks the listed parts that equal the local bytes, which are read
// for that: a part counts only if it is what would be sent now.
func (u *upload) keepEqual(ctx context.Context, s *session, listed []iter.Part) error {
	var candidates []int
	for i, part := range listed {
		if part.Number != 0 && part.Size == s.plan.length(i) {
			candidates = append(candidates, i)
		}
	}
	err := eachPiece(ctx, candidates, u.opts.Parts, func(ctx context.Context, i int) error {
		sum, err := u.src.hash(ctx, s.plan.offset(i), s.plan.length(i))
		if err == nil && equalPart(listed[i], sum) {
			s.pieces[i] = piece{etag: listed[i].ETag, crc: sum.crc}
		}
		return err
	})
	for i := range s.pieces {
		if s.pieces[i].etag != "" {
			s.kept++
			s.keptBytes += s.plan.length(i)
			u.progress.add(s.plan.length(i))
		}
	}
	return err
}

// equalPart compares a stored part with local bytes: by CRC-64 where the
// service tells it, else by MD5, which the ETag is unless parts are encrypted.
func equalPart(part iter.Part, sum digest) bool {
	if part.HasCRC64 {
		return part.ETag != "" && part.CRC64 == sum.crc
	}
	return strings.EqualFold(part.ETag, sum.etag())
}

// sendMissing sends the parts that are not stored.
func (u *upload) sendMissing(ctx context.Context, s *session) error {
	var missing []int
	for i := range s.pieces {
		if s.pieces[i].etag == "" {
			missing = append(missing, i)
		}
	}
	err := eachPiece(ctx, missing, u.opts.Parts, func(ctx context.Context, i int) error {
		if err := u.sendPart(ctx, s, i); err != nil {
			return fmt.Errorf("part %d: %w", i+1, err)
		}
		return nil
	})
	for _, i := range missing {
		if s.pieces[i].etag != "" {
			s.sent++
		}
	}
	return err
}

func (u *upload) sendPart(ctx context.Context, s *session, i int) error {
	u.progress.begin()
	under := pieceProgress{of: u.progress}
	defer under.end()
	var stored *oss.UploadPartResult
	sum, err := u.send(ctx, s.plan.offset(i), s.plan.length(i), under.reach, func(ctx context.Context, sum digest, content io.Reader) (err error) {
		stored, err = u.api.UploadPart(ctx, &oss.UploadPartRequest{
			Bucket: oss.Ptr(u.bucket), Key: oss.Ptr(u.key), UploadId: oss.Ptr(s.rec.UploadID), PartNumber: int32(i + 1),
			ContentMD5: oss.Ptr(sum.contentMD5()), Body: content,
			RequestCommon: oss.RequestCommon{Headers: subset(u.headers, requestPayer, "X-Oss-Traffic-Limit")},
		})
		return err
	})
	if hasCode(err, "NoSuchUpload") {
		return fmt.Errorf("%w: %w", errUploadGone, err)
	}
	if err != nil {
		return err
	}
	object := fmt.Sprintf("%s part %d", u.object, i+1)
	if _, err := (answer{stored.ETag, stored.HashCRC64, stored.Headers}).verify(object, sum); err != nil {
		return err
	}
	etag := unquote(oss.ToString(stored.ETag))
	if etag == "" {
		return fmt.Errorf("answer without ETag: %w", ErrNotAnswer)
	}
	s.pieces[i] = piece{etag: etag, crc: sum.crc}
	under.end()
	u.progress.add(s.plan.length(i))
	return nil
}
