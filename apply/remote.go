package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
)

// Headers of a rule that a copy takes from the object if no rule names them, as
// package spec spells them.
const (
	headerClass   = "x-oss-storage-class"
	headerTagging = "x-oss-tagging"
)

// heading is what a HEAD tells of an object.
type heading struct {
	version plan.Version
	crc64   string // decimal, "" if the service told none
	class   string // storage class
}

func (r *runner) head(ctx context.Context, path string) (heading, error) {
	m := r.env.Mapping
	res, err := r.env.Client.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: oss.Ptr(m.Bucket), Key: oss.Ptr(m.Prefix + path)})
	if err != nil {
		return heading{}, fmt.Errorf("head %q: %w", path, err)
	}
	return heading{
		version: plan.Version{Size: res.ContentLength, ETag: trimETag(oss.ToString(res.ETag)), Modified: oss.ToTime(res.LastModified).UTC()},
		crc64:   oss.ToString(res.HashCRC64),
		class:   oss.ToString(res.StorageClass),
	}, nil
}

// stillThere looks whether the object at a is the one the plan saw. If not, ok is
// false and the result is that of the action.
func (r *runner) stillThere(ctx context.Context, a plan.Action, want plan.Version) (result Result, ok bool) {
	head, err := r.head(ctx, a.Where())
	switch {
	case isNotFound(err):
		return skipped(a, "the object is gone since the plan was made"), false
	case err != nil:
		return failure(a, err), false
	case !head.version.Equal(want):
		return skipped(a, "the object was replaced since the plan was made"), false
	}
	return Result{}, true
}

// unmoved looks once more at an object, for the end of an upload that may have
// taken hours.
func (r *runner) unmoved(ctx context.Context, path string, want plan.Version) error {
	head, err := r.head(ctx, path)
	if isNotFound(err) || err == nil && !head.version.Equal(want) {
		return fmt.Errorf("%q: %w since the plan was made", path, resumable.ErrRemoteChanged)
	}
	return err
}

// isNotFound reports the answer that there is no such object or upload. A
// missing bucket is trouble of another kind.
func isNotFound(err error) bool {
	var answer *oss.ServiceError
	return errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound && answer.Code != "NoSuchBucket"
}

// deleteRemote removes an object that is still the one the plan saw, if still no
// file has its name, and unless the plan says that it waits for one apply.
//
// RACE: OSS has no If-Match on DeleteObject. An object written between the look
// and the delete is deleted unseen; in a versioned bucket it stays as an older
// version below the delete marker. No version is ever deleted for good.
func (r *runner) deleteRemote(ctx context.Context, d *plan.DeleteRemote) Result {
	if d.HeldFor != "" {
		return held(d, heldFor(d.HeldFor))
	}
	head, err := r.head(ctx, d.Path)
	switch {
	case isNotFound(err):
		result := done(d)
		result.Forget, result.Detail = true, "was gone already"
		return result
	case err != nil:
		return failure(d, err)
	case !head.version.Equal(d.Before):
		return skipped(d, "the object was replaced since the plan was made")
	}
	taken, err := r.env.Root.Taken(d.Path)
	switch {
	case err != nil:
		return failure(d, err)
	case taken:
		return skipped(d, "the file came back since the plan was made")
	}
	m := r.env.Mapping
	res, err := r.env.Client.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: oss.Ptr(m.Bucket), Key: oss.Ptr(m.Prefix + d.Path)})
	if err == nil {
		err = emptied(&res.ResultCommon)
	}
	if err != nil {
		return failure(d, fmt.Errorf("delete %q: %w", d.Path, err))
	}
	result := done(d)
	result.Forget = true
	if res.DeleteMarker {
		result.Detail = "a delete marker hides it; the bucket keeps its versions"
	}
	return result
}

// setMeta gives an object other headers by copying it onto itself. The copy is
// done only if the object still has the content that the plan saw. Class and tags
// stay unless the headers name others; its own ACL the object loses, for only the
// bucket's default comes with a copy.
func (r *runner) setMeta(ctx context.Context, s *plan.SetMeta) Result {
	head, err := r.head(ctx, s.Path)
	switch {
	case isNotFound(err):
		return skipped(s, "the object is gone since the plan was made")
	case err != nil:
		return failure(s, err)
	case !head.version.Equal(s.Remote):
		return skipped(s, "the object was replaced since the plan was made")
	}
	m := r.env.Mapping
	key := m.Prefix + s.Path
	headers := maps.Clone(s.Headers)
	if _, ok := headers[headerClass]; !ok && head.class != "" {
		headers[headerClass] = head.class
	}
	tagging := "COPY"
	if _, ok := headers[headerTagging]; ok {
		tagging = "REPLACE"
	}
	res, err := r.env.Client.CopyObject(ctx, &oss.CopyObjectRequest{
		Bucket:            oss.Ptr(m.Bucket),
		Key:               oss.Ptr(key),
		SourceKey:         oss.Ptr(key),
		IfMatch:           oss.Ptr(s.Remote.ETag),
		MetadataDirective: oss.Ptr("REPLACE"),
		TaggingDirective:  oss.Ptr(tagging),
		RequestCommon:     oss.RequestCommon{Headers: headers},
	})
	switch {
	case isNotFound(err):
		return skipped(s, "the object is gone since the plan was made")
	case err != nil:
		return failure(s, fmt.Errorf("copy %q onto itself: %w", s.Path, err))
	}
	if res.ETag == nil {
		return failure(s, fmt.Errorf("copy %q onto itself: %w", s.Path, resumable.ErrNotAnswer))
	}
	crc := oss.ToString(res.HashCRC64)
	if crc != "" && s.Sums.CRC64 != "" && crc != s.Sums.CRC64 {
		return failure(s, &resumable.IntegrityError{
			Object: "oss://" + m.Bucket + "/" + key, Check: "CRC-64", Local: s.Sums.CRC64, Remote: crc,
			RequestID: res.Headers.Get("x-oss-request-id"),
		})
	}
	result := done(s)
	result.Row = &plan.Base{
		Path: s.Path, Local: s.Local, Sums: s.Sums, Owned: s.Owned, Racy: s.Racy,
		Remote:  plan.Version{Size: s.Remote.Size, ETag: trimETag(oss.ToString(res.ETag)), Modified: oss.ToTime(res.LastModified).UTC()},
		Headers: plan.HeadersDigest(s.Headers),
	}
	return result
}

// abort gives up a multipart upload that is still as the plan saw it: one that
// received a part since is alive.
//
// RACE: OSS has no condition on an abort. A part that arrives between the look and
// the abort is lost with the upload.
func (r *runner) abort(ctx context.Context, a *plan.AbortUpload) Result {
	m := r.env.Mapping
	parts, bytes, newest, err := CountParts(ctx, r.env.Client, m.Bucket, m.Prefix+a.Path, a.UploadID)
	switch {
	case isNotFound(err):
		result := done(a)
		result.Detail = "was gone already"
		return result
	case err != nil:
		return failure(a, err)
	case parts != a.Parts || bytes != a.Bytes:
		return skipped(a, "the upload changed since the plan was made; its newest part is of %s", newest.Format(time.RFC3339))
	}
	res, err := r.env.Client.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{
		Bucket: oss.Ptr(m.Bucket), Key: oss.Ptr(m.Prefix + a.Path), UploadId: oss.Ptr(a.UploadID),
	})
	if err == nil {
		err = emptied(&res.ResultCommon)
	}
	if err != nil && !isNotFound(err) {
		return failure(a, fmt.Errorf("abort upload %q of %q: %w", a.UploadID, a.Path, err))
	}
	return done(a)
}

// emptied returns an error for an answer to a delete or an abort that is not the
// service's, which says 204: a page, or an error in an answer of status 200, would
// pass for success otherwise.
func emptied(answer *oss.ResultCommon) error {
	if answer.StatusCode == http.StatusNoContent {
		return nil
	}
	return fmt.Errorf("status %d: %w (request %q)", answer.StatusCode, resumable.ErrNotAnswer, answer.Headers.Get(oss.HeaderOssRequestID))
}

// CountParts returns number, bytes and newest time of the parts that a multipart
// upload has at the service. newest is zero without parts.
func CountParts(ctx context.Context, c iter.Invoker, bucket, key, uploadID string) (parts int, bytes int64, newest time.Time, err error) {
	for part, err := range iter.Parts(ctx, c, bucket, key, uploadID, iter.PartsOptions{}) {
		if err != nil {
			return 0, 0, time.Time{}, err
		}
		parts++
		bytes += part.Size
		if part.LastModified.After(newest) {
			newest = part.LastModified
		}
	}
	return parts, bytes, newest, nil
}
