package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// put uploads the file with one PutObject.
func (u *upload) put(ctx context.Context) (*UploadResult, error) {
	token := newToken()
	var stored *oss.PutObjectResult
	var sent digest
	_, err := u.send(ctx, 0, u.src.print.Size, u.progress.reach, func(ctx context.Context, sum digest, content io.Reader) (err error) {
		look := u.src.unchanged
		if u.src.print.Size <= bufferSize { // opened and read at one go
			look = u.src.unaltered
		}
		if err := look(); err != nil {
			return err
		}
		sent = sum
		stored, err = u.api.PutObject(ctx, u.putRequest(token, sum, content))
		return err
	})
	result := &UploadResult{Size: u.src.print.Size, CRC64: sent.crc, MD5: sent.etag()}
	switch {
	case err == nil:
		result.ETag, result.VersionID = unquote(oss.ToString(stored.ETag)), oss.ToString(stored.VersionId)
		result.RequestID = stored.Headers.Get(oss.HeaderOssRequestID)
		err = u.provePut(ctx, stored, sent)
	case errors.Is(err, fs.ErrExist):
		err = u.adoptAfter(ctx, err, token, result)
	}
	if err != nil {
		return nil, err
	}
	u.progress.end(result.Size)
	if err := u.src.confirm(ctx, sent.crc); err != nil {
		return nil, fmt.Errorf("after the object was stored: %w", err)
	}
	result.Fingerprint = u.src.print
	return result, nil
}

// adoptAfter looks at the object that is in the way. The client repeats a PUT
// whose answer was lost, and then meets what the first attempt stored.
func (u *upload) adoptAfter(ctx context.Context, exists error, token string, result *UploadResult) error {
	head, err := u.standing(ctx, token)
	if head == nil {
		return besides(exists, "look", err)
	}
	return u.adopt(head, result)
}

func (u *upload) putRequest(token string, sum digest, content io.Reader) *oss.PutObjectRequest {
	headers := maps.Clone(u.headers) // the encrypting client writes into it
	request := &oss.PutObjectRequest{
		Bucket: oss.Ptr(u.bucket), Key: oss.Ptr(u.key), Body: content, ContentMD5: oss.Ptr(sum.contentMD5()),
		RequestCommon: oss.RequestCommon{Headers: headers},
	}
	if u.opts.ForbidOverwrite {
		request.ForbidOverwrite = oss.Ptr("true")
		headers[tokenHeader] = token
	}
	return request
}

// provePut checks that the object has our bytes: by the answer, or by a HEAD
// if that says nothing. Of an encrypted object the service knows no more than
// that its bytes arrived, which the SDK compared.
func (u *upload) provePut(ctx context.Context, stored *oss.PutObjectResult, sum digest) error {
	if u.parts == nil {
		return nil
	}
	proved, err := answer{stored.ETag, stored.HashCRC64, stored.Headers}.verify(u.object, sum)
	if proved || err != nil {
		return err
	}
	head, err := u.head(ctx)
	if err != nil {
		return fmt.Errorf("look at what was put: %w", err)
	}
	looked := answer{head.ETag, head.HashCRC64, head.Headers}
	if proved, err = looked.verify(u.object, sum); proved || err != nil {
		return err
	}
	// What the service encrypts has no checksum to compare, but an ETag and a size.
	if stored.ETag == nil || head.ETag == nil || head.ContentLength != u.src.print.Size {
		return fmt.Errorf("put: %w (request %q)", ErrNotAnswer, stored.Headers.Get(oss.HeaderOssRequestID))
	}
	return nil
}
