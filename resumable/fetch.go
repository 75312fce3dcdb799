package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/ecma"
)

// span is a stretch of an object, [start, end).
type span struct{ start, end int64 }

// errBroken is a body that ended before its time. The rest can be asked for.
var errBroken = errors.New("body broke off")

// fetch writes a stretch of the object to the same place of the file and
// returns its CRC-64. When a body breaks off the rest is asked for, as long as
// that gets any further. moved is told the position reached.
func (d *download) fetch(ctx context.Context, o *object, f *os.File, s span, moved func(int64)) (uint64, error) {
	crc, fruitless := uint64(0), 0
	for rest := s; ; {
		n, err := d.get(ctx, o, f, rest, &crc, moved)
		rest.start += n
		if err == nil || !errors.Is(err, errBroken) || ctx.Err() != nil {
			return crc, err
		}
		if n > 0 {
			fruitless = 0
		}
		if fruitless++; fruitless == maxFruitless {
			return crc, err
		}
		if err := d.opts.limits.pause(ctx, fruitless); err != nil {
			return crc, err
		}
	}
}

// get makes one request for a stretch and returns how many bytes of it were
// written; crc is carried on over them.
func (d *download) get(ctx context.Context, o *object, f *os.File, s span, crc *uint64, moved func(int64)) (written int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	request := d.getRequest()
	o.conditions(request)
	ranged := d.result.Ranged || s.start > 0
	if ranged {
		request.Range = oss.Ptr(fmt.Sprintf("bytes=%d-%d", s.start, s.end-1))
		request.RangeBehavior = oss.Ptr("standard")
	}
	got, err := d.api.GetObject(ctx, request)
	if err != nil {
		return 0, fmt.Errorf("get: %w", remote(err))
	}
	defer got.Body.Close()
	if err := o.checkAnswer(got, s, ranged); err != nil {
		return 0, fmt.Errorf("get: %w", err)
	}
	body := newPatientReader(got.Body, d.opts.StallTimeout, cancel)
	written, err = copyBody(f, s, body, func(chunk []byte, position int64) {
		*crc = ecma.Update(*crc, chunk)
		moved(position)
	})
	if err == nil && s.start+written < s.end {
		err = fmt.Errorf("%w after %d of %d bytes", errBroken, written, s.end-s.start)
	}
	return written, err
}

// getRequest is a GET of the object as it is stored: a compressed answer would
// have other bytes than those that checksum and length describe.
func (d *download) getRequest() *oss.GetObjectRequest {
	headers := map[string]string{"Accept-Encoding": "identity"}
	for name, value := range d.headers {
		headers[name] = value
	}
	request := &oss.GetObjectRequest{Bucket: oss.Ptr(d.bucket), Key: oss.Ptr(d.key), RequestCommon: oss.RequestCommon{Headers: headers}}
	if d.opts.VersionID != "" {
		request.VersionId = oss.Ptr(d.opts.VersionID)
	}
	return request
}

// checkAnswer accepts exactly the stretch that was asked for, of the object
// that was asked for, and takes the checksum from the answer.
func (o *object) checkAnswer(got *oss.GetObjectResult, s span, ranged bool) error {
	if etag := unquote(oss.ToString(got.ETag)); etag != "" && etag != o.etag {
		return fmt.Errorf("%w: ETag %q, was %q", ErrRemoteChanged, etag, o.etag)
	}
	status := http.StatusOK
	if ranged {
		status = http.StatusPartialContent
		want := fmt.Sprintf("bytes %d-%d/%d", s.start, s.end-1, o.size)
		if cr := oss.ToString(got.ContentRange); cr != want && got.StatusCode == status {
			return fmt.Errorf("answer has range %q, want %q", cr, want)
		}
	}
	if got.StatusCode != status {
		return fmt.Errorf("answer has status %d, want %d", got.StatusCode, status)
	}
	if length := got.Headers.Get("Content-Length"); length != "" && length != strconv.FormatInt(s.end-s.start, 10) {
		return fmt.Errorf("answer has length %s, want %d", length, s.end-s.start)
	}
	return o.learn(got.HashCRC64)
}

// copyBody writes a body to its place in the file. taken sees each chunk when
// it is written, and the position after it. A body that is too long is an
// error, one that ends too early is not.
func copyBody(f *os.File, s span, body io.Reader, taken func(chunk []byte, position int64)) (written int64, err error) {
	buffer := lend(s.end - s.start)
	defer buffer.giveBack()
	for buf := buffer.bytes; ; {
		n, readErr := body.Read(buf)
		if int64(n) > s.end-s.start-written {
			return written, fmt.Errorf("body longer than %d bytes", s.end-s.start)
		}
		if n > 0 {
			if _, err := disk.WriteAt(f, buf[:n], s.start+written); err != nil {
				return written, err
			}
			written += int64(n)
			taken(buf[:n], s.start+written)
		}
		if readErr == io.EOF {
			return written, nil
		}
		if readErr != nil {
			return written, fmt.Errorf("%w after %d bytes: %w", errBroken, written, readErr)
		}
	}
}
