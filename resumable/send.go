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

// maxDigestAttempts is how often bytes are sent that the service says do not
// have the MD5 announced, while the file still has it.
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
		if err = u.sendFailure(ctx, err, sum, attempt); err != nil {
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
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("%w: file ends within %d bytes at %d", ErrSourceChanged, n, offset)
		}
		return digest{}, nil, err
	}
	return digestOf(memory), bytes.NewReader(memory), nil
}

// sendFailure judges why a body was not taken. nil means: once more.
func (u *upload) sendFailure(ctx context.Context, err error, sum digest, attempt int) error {
	if ctx.Err() != nil {
		return err
	}
	var answer *oss.ServiceError
	refused := errors.As(err, &answer)
	if refused && answer.Code != "InvalidDigest" {
		return remote(err)
	}
	if changed := u.src.unchanged(); changed != nil {
		return changed
	}
	if refused && attempt < maxDigestAttempts {
		return nil
	}
	if refused {
		mismatch := &IntegrityError{Object: u.object, Check: "MD5", Local: sum.etag(), Remote: "another", RequestID: answer.RequestID}
		return fmt.Errorf("%w: %w", mismatch, remote(err))
	}
	if mismatch := sdkMismatch(u.object, err); mismatch != nil {
		return mismatch
	}
	return err
}
