package resumable

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/disk"
)

// intoTemp fills a new temporary file and publishes it; a failure, or a panic of
// the caller's functions, leaves nothing behind.
func (d *download) intoTemp(fill func(f *os.File) error) error {
	f, base, err := createTemp(d.place)
	if err != nil {
		return err
	}
	published := false
	defer func() {
		f.Close()
		if !published {
			_ = disk.Remove(d.place.root, d.place.beside(base))
		}
	}()
	if err := fill(f); err != nil {
		return err
	}
	if err := d.publish(f, base); err != nil {
		return err
	}
	published = true
	return nil
}

// plain downloads an object with one GET; an empty one needs none.
func (d *download) plain(ctx context.Context, o *object, progress *progress) error {
	return d.intoTemp(func(f *os.File) (err error) {
		if o.size > 0 {
			if d.result.CRC64, err = d.fetch(ctx, o, f, span{0, o.size}, progress.reach); err != nil {
				return err
			}
		}
		d.result.Verified, err = o.verify(ctx, d.name, d.result.RequestID, f, d.result.CRC64)
		return err
	})
}

// Metadata of an object that was encrypted by a client.
const (
	encryptedKey = "client-side-encryption-key"
	plainMD5     = "client-side-encryption-unencrypted-content-md5"
)

// whole downloads an object that only a GET of the whole can make sense of,
// as through an *oss.EncryptionClient. There is no HEAD before, and a body that
// breaks off is asked for from its beginning, though not told twice.
func (d *download) whole(ctx context.Context) error {
	progress := newProgress(d.opts.Progress, -1, d.opts.FineProgress)
	err := d.intoTemp(func(f *os.File) error {
		for n := 1; ; n++ {
			got, err := d.getWhole(ctx, f, progress)
			if err == nil {
				return d.verifyWhole(ctx, f, got)
			}
			if !errors.Is(err, errBroken) || ctx.Err() != nil || n == maxFruitless {
				return err
			}
			if err := d.opts.limits.pause(ctx, n); err != nil {
				return err
			}
		}
	})
	if err == nil {
		progress.end(d.result.Size)
	}
	return err
}

func (d *download) getWhole(ctx context.Context, f *os.File, progress *progress) (got *oss.GetObjectResult, err error) {
	if err := disk.Truncate(f, 0); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if got, err = d.api.GetObject(ctx, d.getRequest()); err != nil {
		return nil, fmt.Errorf("get: %w", remote(err))
	}
	defer got.Body.Close()
	if etag, want := unquote(oss.ToString(got.ETag)), unquote(d.opts.ExpectETag); want != "" && want != etag {
		return nil, fmt.Errorf("%w: ETag %q, expected %q", ErrRemoteChanged, etag, want)
	}
	length, limit := int64(-1), int64(math.MaxInt64)
	if got.Headers.Get("Content-Length") != "" {
		length, limit = got.ContentLength, got.ContentLength
	}
	if want := d.opts.ExpectSize; want != nil {
		if length >= 0 && length != *want {
			return nil, fmt.Errorf("%w: %d bytes, expected %d", ErrRemoteChanged, length, *want)
		}
		length, limit = *want, *want
	}
	progress.expect(length)
	body := newPatientReader(got.Body, d.opts.StallTimeout, cancel)
	d.result.Size, err = copyBody(f, span{0, limit}, body, func(_ []byte, position int64) { progress.reach(position) })
	if err == nil && length >= 0 && d.result.Size < length {
		err = fmt.Errorf("%w after %d of %d bytes", errBroken, d.result.Size, length)
	}
	return got, err
}

// verifyWhole compares the file with what the answer tells of it: the CRC-64
// of an object as stored, the MD5 before encryption of an encrypted one.
func (d *download) verifyWhole(ctx context.Context, f *os.File, got *oss.GetObjectResult) error {
	sum, err := hashRange(ctx, disk.ContentOf(f), 0, d.result.Size)
	if err != nil {
		return err
	}
	d.result = DownloadResult{
		Size: d.result.Size, CRC64: sum.crc, ETag: unquote(oss.ToString(got.ETag)), LastModified: oss.ToTime(got.LastModified),
		Type: oss.ToString(got.ObjectType), VersionID: oss.ToString(got.VersionId), RequestID: got.Headers.Get(oss.HeaderOssRequestID),
	}
	if got.Metadata[encryptedKey] == "" {
		o := &object{size: d.result.Size, etag: d.result.ETag}
		o.etagIsMD5 = d.result.Type == "Normal" && isMD5(o.etag) && got.ServerSideEncryption == nil
		if o.crc, o.hasCRC, err = crcOf(got.HashCRC64); err != nil {
			return err
		}
		d.result.Verified, err = o.verify(ctx, d.name, d.result.RequestID, f, sum.crc)
		return err
	}
	told, err := base64.StdEncoding.DecodeString(got.Metadata[plainMD5])
	if err != nil || len(told) != md5.Size {
		return nil // not told, or by a client that tells something else
	}
	want := digest{md5: [md5.Size]byte(told)}.etag()
	if !strings.EqualFold(want, sum.etag()) {
		return &IntegrityError{Object: d.name, Check: "MD5", Local: sum.etag(), Remote: want, RequestID: d.result.RequestID}
	}
	d.result.Verified = true
	return nil
}
