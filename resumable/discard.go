package resumable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/disk"
)

// discard deletes a record that is of no use, and before it frees what that
// names, so far as it can be made out: the temporary file of a download, the
// upload of an upload. If the upload may still be there afterwards the record
// stays, with an error, for nothing else tells whose its parts are.
func discard(ctx context.Context, l *ledger, data []byte, p *place, abort func(ctx context.Context, uploadID string) error) error {
	var up uploadRecord
	var down downloadRecord
	put, _ := splitLines(data)
	_ = json.Unmarshal(put, &up) // a field of a wrong type leaves the others
	_ = json.Unmarshal(put, &down)
	if down.Op == OpDownload && isTempBase(down.Temp) {
		_ = disk.Remove(p.root, p.beside(down.Temp)) // may be gone
	}
	if up.Op == OpUpload && up.UploadID != "" && up.Bucket == l.want.Bucket && up.Key == l.want.Key {
		if err := abort(ctx, up.UploadID); err != nil && !malformed(err) {
			return fmt.Errorf("abort of the upload of a useless record: %w", err)
		}
	}
	if _, err := decodeUpload(data, l.want); err == nil {
		return l.end(&up)
	}
	return l.delete()
}

// malformed tells whether the service says that an upload id can be none.
func malformed(err error) bool {
	var answer *oss.ServiceError
	return errors.As(err, &answer) && answer.StatusCode == http.StatusBadRequest
}

// abortUpload gives up a multipart upload. That it is gone is no error.
func abortUpload(ctx context.Context, c API, bucket, key, uploadID string, headers map[string]string) error {
	aborted, err := c.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{
		Bucket: oss.Ptr(bucket), Key: oss.Ptr(key), UploadId: oss.Ptr(uploadID),
		RequestCommon: oss.RequestCommon{Headers: subset(headers, requestPayer)},
	})
	if hasCode(err, "NoSuchUpload") {
		return nil
	}
	if err == nil && aborted.StatusCode != http.StatusNoContent {
		return fmt.Errorf("status %d: %w (request %q)", aborted.StatusCode, ErrNotAnswer, aborted.Headers.Get(oss.HeaderOssRequestID))
	}
	return remote(err)
}
