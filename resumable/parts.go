package resumable

import (
	"context"
	"fmt"
	"strings"

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
		crc, equal, err := u.equalPart(ctx, listed[i], s.plan.offset(i))
		if equal {
			s.pieces[i] = piece{etag: listed[i].ETag, crc: crc}
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

// equalPart compares a stored part with the local bytes at offset: by CRC-64 where
// the service tells it, else by MD5, which the ETag is unless parts are encrypted.
func (u *upload) equalPart(ctx context.Context, part iter.Part, offset int64) (crc uint64, equal bool, err error) {
	if part.HasCRC64 {
		crc, err = u.src.crc(ctx, offset, part.Size)
		return crc, err == nil && part.ETag != "" && part.CRC64 == crc, err
	}
	sum, err := u.src.hash(ctx, offset, part.Size)
	return sum.crc, err == nil && strings.EqualFold(part.ETag, sum.etag()), err
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
