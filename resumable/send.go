package resumable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/disk"
)

// maxDigestAttempts is how often bytes are sent that arrive with another checksum,
// while the file still has its own.
const maxDigestAttempts = 3

// request sends one body with its digest.
type request func(ctx context.Context, sum digest, content io.Reader) error

// send reads n bytes of the source at offset, twice if they are many: first to
// know their digest, then to send them. The service compares the two readings
// by Content-MD5, so a file that changes in between is noticed before anything
// is stored. moved is told the bytes handed to the transport.
func (u *upload) send(ctx context.Context, offset, n int64, moved func(int64), do request) (digest, error) {
	var memory []byte
	if n <= bufferSize {
		lent := lend(n)
		defer lent.giveBack()
		memory = lent.bytes[:n]
	}
	var first digest
	for attempt := 1; ; attempt++ {
		sum, content, err := u.load(ctx, offset, n, memory)
		if err != nil {
			return digest{}, err
		}
		if attempt == 1 {
			first = sum
		} else if sum != first {
			return digest{}, fmt.Errorf("%w: %d bytes at %d altered", ErrSourceChanged, n, offset)
		}
		b := &body{content: content, moved: moved}
		err = do(ctx, sum, b)
		b.release()
		if err == nil {
			return sum, nil
		}
		if err = u.sendFailure(ctx, u.digestRefused(err, sum), attempt); err != nil {
			return digest{}, err
		}
	}
}

// load returns the digest and a fresh reader of n bytes at offset. Few bytes
// are read into memory, where they cannot change any more; it is nil for many.
func (u *upload) load(ctx context.Context, offset, n int64, memory []byte) (digest, io.ReadSeeker, error) {
	section := io.NewSectionReader(disk.ContentOf(u.src.file), offset, n)
	if memory == nil {
		sum, err := u.src.hash(ctx, offset, n)
		return sum, section, err
	}
	if _, err := io.ReadFull(section, memory); err != nil {
		return digest{}, nil, endsWithin(err, offset, n)
	}
	return digestOf(memory), bytes.NewReader(memory), nil
}

// digestRefused makes an IntegrityError of a refusal for Content-MD5, and leaves
// every other error as it is.
func (u *upload) digestRefused(err error, sum digest) error {
	var answer *oss.ServiceError
	if !errors.As(err, &answer) || answer.Code != "InvalidDigest" {
		return err
	}
	mismatch := &IntegrityError{Object: u.object, Check: "MD5", Local: sum.etag(), Remote: "another", RequestID: answer.RequestID}
	return fmt.Errorf("%w: %w", mismatch, remote(err))
}

// sendFailure judges why a body was not taken, or not whole. nil means: once more.
func (u *upload) sendFailure(ctx context.Context, err error, attempt int) error {
	var mismatch *IntegrityError
	var answer *oss.ServiceError
	altered := errors.As(err, &mismatch)
	switch {
	case ctx.Err() != nil:
		return err
	case !altered && errors.As(err, &answer):
		return remote(err)
	}
	if changed := u.src.unchanged(); changed != nil {
		return changed
	}
	if altered && attempt < maxDigestAttempts {
		return nil
	}
	if mismatch := sdkMismatch(u.object, err); mismatch != nil {
		return mismatch
	}
	return err
}
