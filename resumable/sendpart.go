package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/disk"
)

// errNoCRC is an answer to a part that does not tell what arrived.
var errNoCRC = errors.New("answer without CRC-64")

// sendPart sends a piece until it is proved that the service has it: by the CRC-64
// of the answer, which costs a tenth of an MD5. Where a service or what stands before it
// tells none, that part and all that begin later are sent with Content-MD5.
func (u *upload) sendPart(ctx context.Context, s *session, i int) error {
	u.progress.begin()
	under := pieceProgress{of: u.progress}
	defer under.end()
	stored, err := piece{}, errNoCRC
	if !u.announce.Load() {
		stored, err = u.sendSummed(ctx, s, i, under.reach)
	}
	if errors.Is(err, errNoCRC) {
		u.announce.Store(true)
		stored, err = u.sendAnnounced(ctx, s, i, under.reach)
	}
	if hasCode(err, "NoSuchUpload") {
		return fmt.Errorf("%w: %w", errUploadGone, err)
	}
	if err != nil {
		return err
	}
	s.pieces[i] = stored
	under.end()
	u.progress.add(s.plan.length(i))
	return nil
}

// sendSummed sends a piece in one reading, without telling its checksum before. What
// arrives with another one is sent again.
//
// One reading is enough. What is claimed to be sent is what the transport took,
// whatever becomes of the file meanwhile; the service sums what arrives; and
// source.confirm looks at the file before the commit. A reading ahead would beyond
// that find bits that turn in memory between the file and the sum, which is taken
// right after the read, and cost a third more processor time.
func (u *upload) sendSummed(ctx context.Context, s *session, i int, moved func(int64)) (piece, error) {
	var first piece
	for attempt := 1; ; attempt++ {
		if err := u.src.unaltered(); err != nil {
			return piece{}, err
		}
		stored, err := u.trySummed(ctx, s, i, moved)
		if attempt == 1 {
			first = stored
		}
		if err == nil && stored.crc != first.crc {
			err = fmt.Errorf("%w: %d bytes at %d altered", ErrSourceChanged, s.plan.length(i), s.plan.offset(i))
		}
		if err == nil {
			return stored, nil
		}
		if err = u.sendFailure(ctx, err, attempt); err != nil {
			return piece{}, err
		}
	}
}

// trySummed makes one attempt. Together with an error comes the CRC-64 of what was read.
func (u *upload) trySummed(ctx context.Context, s *session, i int, moved func(int64)) (piece, error) {
	n := s.plan.length(i)
	sum := &summing{content: io.NewSectionReader(disk.ContentOf(u.src.file), s.plan.offset(i), n)}
	b := &body{content: sum, moved: moved}
	told, err := u.uploadPart(ctx, s, i, nil, b)
	b.release()
	stored := piece{etag: unquote(oss.ToString(told.etag)), crc: sum.crc}
	if err == nil && sum.summed != n {
		err = fmt.Errorf("answer to %d of %d bytes: %w", sum.summed, n, ErrNotAnswer)
	}
	proved := false
	if err == nil {
		proved, err = told.verifyCRC(u.partName(i), sum.crc)
	}
	if err == nil && !proved {
		err = errNoCRC
	}
	return stored, err
}

// sendAnnounced sends a piece in two readings, of which the first is for the
// Content-MD5.
func (u *upload) sendAnnounced(ctx context.Context, s *session, i int, moved func(int64)) (piece, error) {
	var told answer
	sum, err := u.send(ctx, s.plan.offset(i), s.plan.length(i), moved, func(ctx context.Context, sum digest, content io.Reader) (err error) {
		if told, err = u.uploadPart(ctx, s, i, oss.Ptr(sum.contentMD5()), content); err == nil {
			_, err = told.verify(u.partName(i), sum)
		}
		return err
	})
	if err != nil {
		return piece{}, err
	}
	return piece{etag: unquote(*told.etag), crc: sum.crc}, nil
}

// uploadPart makes the request. An answer without an ETag is an error, for a commit
// has to name it.
func (u *upload) uploadPart(ctx context.Context, s *session, i int, contentMD5 *string, content io.Reader) (answer, error) {
	stored, err := u.api.UploadPart(ctx, &oss.UploadPartRequest{
		Bucket: oss.Ptr(u.bucket), Key: oss.Ptr(u.key), UploadId: oss.Ptr(s.rec.UploadID), PartNumber: int32(i + 1),
		ContentMD5: contentMD5, Body: content,
		RequestCommon: oss.RequestCommon{Headers: subset(u.headers, requestPayer, "X-Oss-Traffic-Limit")},
	})
	if err != nil {
		return answer{}, err
	}
	if unquote(oss.ToString(stored.ETag)) == "" {
		return answer{}, fmt.Errorf("answer without ETag: %w", ErrNotAnswer)
	}
	return answer{stored.ETag, stored.HashCRC64, stored.Headers}, nil
}

// partName names piece i for messages.
func (u *upload) partName(i int) string { return fmt.Sprintf("%s part %d", u.object, i+1) }
