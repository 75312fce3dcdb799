package iter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/dustin/go-humanize"
)

// maxBody bounds what is read of one answer. 1,000 keys of 1,023 bytes, all percent-encoded, with an owner each take
// under 4 MiB.
const maxBody = 8 << 20

var errTooLong = errors.New("longer than 8 MiB")

// tornError is a body that broke off: the transport failed while it was read.
type tornError struct {
	read int64
	err  error
}

func (e *tornError) Error() string {
	return fmt.Sprintf("answer torn after %s: %v", humanize.Bytes(uint64(e.read)), e.err)
}

func (e *tornError) Unwrap() error { return e.err }

// fetch sends input until it has an answer with its body read into buffer, or until the error is final or attempts
// are used up. It returns how many requests were sent.
func fetch(ctx context.Context, c Invoker, input *oss.OperationInput, paging Paging, buffer *bytes.Buffer) (http.Header, int, error) {
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return nil, attempt - 1, err
		}
		header, err := invoke(ctx, c, input, buffer)
		if err == nil {
			return header, attempt, nil
		}
		err = described(err)
		if attempt > 1 {
			err = fmt.Errorf("attempt %d: %w", attempt, err)
		}
		if attempt >= paging.MaxAttempts || ctx.Err() != nil || !transient(err) {
			return nil, attempt, err
		}
		if cut := paging.Sleep(ctx, delay(attempt, err)); cut != nil {
			return nil, attempt, fmt.Errorf("%w while waiting after %v", cut, err)
		}
	}
}

// invoke sends one request and reads the whole answer.
func invoke(ctx context.Context, c Invoker, input *oss.OperationInput, buffer *bytes.Buffer) (http.Header, error) {
	buffer.Reset()
	output, err := c.InvokeOperation(ctx, input, once)
	if err != nil {
		return nil, err
	}
	defer output.Body.Close()
	n, err := buffer.ReadFrom(io.LimitReader(output.Body, maxBody+1))
	if err != nil {
		return nil, &tornError{n, err}
	}
	if n > maxBody {
		return nil, notListing(output.Headers, n, errTooLong)
	}
	if kind := contentType(output.Headers); strings.Contains(kind, "html") {
		return nil, notListing(output.Headers, n, fmt.Errorf("begins %q", buffer.Next(40)))
	}
	return output.Headers, nil
}

// once turns off the retries of the SDK, which would multiply ours.
func once(o *oss.Options) { o.RetryMaxAttempts = oss.Ptr(1) }

// notListing is the error of an answer of n bytes that is no listing because of cause.
func notListing(header http.Header, n int64, cause error) error {
	return fmt.Errorf("answer of %s, %s, is %w: %w", contentType(header), humanize.Bytes(uint64(n)), ErrNotListing, cause)
}

// contentType is the media type of an answer without its parameters.
func contentType(header http.Header) string {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return "unknown type"
	}
	return kind
}
