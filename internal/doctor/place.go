package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

// ErrOtherRegion says that a bucket is in another region than its store.
var ErrOtherRegion = errors.New("bucket in another region")

// place looks at a prefix of a bucket.
func (x *Examination) place(ctx context.Context, wish spec.Store, s *reconcile.Store, p Place) {
	key, ok := x.list(ctx, wish, s, p)
	if !ok {
		return
	}
	x.bucket(ctx, wish, s, p)
	x.read(ctx, s, p, key)
	if !p.Writes {
		return
	}
	x.right(p, "list uploads (oss:ListMultipartUploads)", true, func() error {
		_, err := s.Client.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: &p.Bucket, Prefix: &p.Prefix, MaxUploads: 1})
		return err
	})
	if x.WriteProbe {
		x.write(ctx, s, p)
		return
	}
	rights := "write (oss:PutObject, oss:AbortMultipartUpload)"
	if p.Deletes {
		rights += " and delete (oss:DeleteObject)"
	}
	x.warn(fmt.Sprintf("right to %s at %s", rights, p), "not looked at, since that would write", "--write-probe writes a small object below .osssync/ there, and deletes it")
}

// list asks for one object, and returns its key if there is one. Without the right to
// do that, or without the bucket, nothing else is of use.
func (x *Examination) list(ctx context.Context, wish spec.Store, s *reconcile.Store, p Place) (key string, ok bool) {
	answer, err := s.Client.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: &p.Bucket, Prefix: &p.Prefix, MaxKeys: 1})
	if fault.Of(err) == fault.NoBucket && wish.Embedded != "" {
		x.ok(fmt.Sprintf("bucket %q", p.Bucket), "not there yet; the first plan makes it")
		return "", false
	}
	if err != nil {
		x.fail(fmt.Sprintf("right to list (oss:ListObjects) at %s", p), err)
		return "", false
	}
	x.ok(fmt.Sprintf("right to list (oss:ListObjects) at %s", p), "found")
	for _, object := range answer.Contents {
		key = oss.ToString(object.Key)
	}
	return key, true
}

// bucket compares the region of a bucket with that of its store, if it may be told.
func (x *Examination) bucket(ctx context.Context, wish spec.Store, s *reconcile.Store, p Place) {
	if wish.Embedded != "" {
		return
	}
	subject := fmt.Sprintf("region of bucket %q", p.Bucket)
	answer, err := s.Client.GetBucketInfo(ctx, &oss.GetBucketInfoRequest{Bucket: &p.Bucket})
	switch {
	case fault.Of(err) == fault.Denied:
		x.warn(subject, "not told, without the right oss:GetBucketInfo", "no run needs that right")
	case err != nil:
		x.fail(subject, err)
	default:
		region := strings.TrimPrefix(oss.ToString(answer.BucketInfo.Location), "oss-")
		if region != wish.Region {
			x.Report(Finding{Status: Fail, Subject: subject, Fact: fmt.Sprintf("%q, and that of the store is %q", region, wish.Region),
				Hint: "set the region of the store to that of the bucket", Err: ErrOtherRegion})
			return
		}
		fact := region
		if oss.ToString(answer.BucketInfo.Versioning) != "Enabled" {
			x.warn(subject, fact+"; versioning is off", "with versioning on, what is replaced or deleted by mistake can be brought back")
			return
		}
		x.ok(subject, fact+"; versioning is on")
	}
}

// read asks for the headers of an object: one that is there, or one that is not,
// which who may not read is not told either.
func (x *Examination) read(ctx context.Context, s *reconcile.Store, p Place, key string) {
	what := "read (oss:GetObject)"
	if key == "" {
		key = probeKey(p)
	}
	x.right(p, what, true, func() error {
		_, err := s.Client.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: &p.Bucket, Key: &key})
		if answer := new(oss.ServiceError); errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound {
			return nil
		}
		return err
	})
}

// right reports whether a request is allowed.
func (x *Examination) right(p Place, what string, needed bool, request func() error) bool {
	subject := fmt.Sprintf("right to %s at %s", what, p)
	switch err := request(); {
	case err == nil:
		x.ok(subject, "found")
		return true
	case !needed && fault.Of(err) == fault.Denied:
		x.warn(subject, "not found", "this spec deletes nothing there, so no run needs it")
	default:
		x.fail(subject, err)
	}
	return false
}

// probeKey is a key that no mapping has, below the reserved name.
func probeKey(p Place) string { return p.Prefix + ".osssync/doctor-" + rand.Text() }

// write puts an object, begins and ends an upload, and deletes the object. What it
// could not take away again it names.
func (x *Examination) write(ctx context.Context, s *reconcile.Store, p Place) {
	key := probeKey(p)
	if !x.right(p, "write (oss:PutObject)", true, func() error {
		_, err := s.Client.PutObject(ctx, &oss.PutObjectRequest{
			Bucket: &p.Bucket, Key: &key, Body: strings.NewReader("osssync doctor\n"), ForbidOverwrite: oss.Ptr("true"),
		})
		return err
	}) {
		return
	}
	x.right(p, "abort uploads (oss:AbortMultipartUpload)", true, func() error {
		begun, err := s.Client.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: &p.Bucket, Key: &key})
		if err != nil {
			return err
		}
		_, err = s.Client.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{Bucket: &p.Bucket, Key: &key, UploadId: begun.UploadId})
		return err
	})
	// Who is interrupted still takes away what it wrote.
	ctx, cancel := within(context.WithoutCancel(ctx))
	defer cancel()
	if !x.right(p, "delete (oss:DeleteObject)", p.Deletes, func() error {
		_, err := s.Client.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: &p.Bucket, Key: &key})
		return err
	}) {
		x.warn("write probe", fmt.Sprintf("oss://%s/%s is left behind", p.Bucket, key), "delete it with keys that may")
	}
}
