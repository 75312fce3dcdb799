package iter

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// MultipartUploadsOptions are the options of [MultipartUploads]. The zero value lists all pending uploads of the bucket.
type MultipartUploadsOptions struct {
	Paging
	Prefix string // only keys that start with it

	// Delimiter, if not empty, rolls up all keys that hold it after Prefix into one entry for which IsPrefix is true.
	Delimiter string

	// KeyMarker leaves out all keys up to and with it. If UploadIDMarker is given too, uploads of exactly this key with
	// a greater upload id are not left out.
	KeyMarker string

	// UploadIDMarker has no effect without KeyMarker.
	UploadIDMarker string
}

// Upload is a multipart upload that was neither completed nor aborted, or a common prefix of such uploads' keys, as
// ListMultipartUploads describes it.
type Upload struct {
	Key          string    // full key; of a common prefix the prefix with its delimiter
	UploadID     string    // empty for a common prefix
	Initiated    time.Time // UTC, in seconds; zero for a common prefix
	StorageClass string    // may be empty
}

// IsPrefix tells whether the entry stands for all uploads under a common prefix.
func (u Upload) IsPrefix() bool { return u.UploadID == "" }

// MultipartUploads lists the pending multipart uploads of a bucket by ListMultipartUploads, in ascending order of the
// bytes of their keys, uploads of the same key in ascending order of upload id, common prefixes among them.
//
// Nothing is sent before the sequence is ranged over. A failure is handed out once, as the last pair, with a zero
// Upload. The sequence may be ranged over again, and concurrently unless opts.Cursor is set.
func MultipartUploads(ctx context.Context, c Invoker, bucket string, opts MultipartUploadsOptions) Seq2[Upload, error] {
	opts.Paging = opts.Paging.withDefaults(defaultUploadsPage)
	return uploads(bucket, opts).each(ctx, c, opts.Paging)
}

// ObjectUploadsOptions are the options of [ObjectUploads]. The zero value is right.
type ObjectUploadsOptions struct {
	Paging
}

// ObjectUploads lists the pending multipart uploads of exactly one key by ListMultipartUploads, in ascending order of
// upload id. Uploads of longer keys that start with key are left out. An empty key is an error.
//
// Nothing is sent before the sequence is ranged over. A failure is handed out once, as the last pair, with a zero
// Upload. The sequence may be ranged over again, and concurrently unless opts.Cursor is set.
func ObjectUploads(ctx context.Context, c Invoker, bucket, key string, opts ObjectUploadsOptions) Seq2[Upload, error] {
	if key == "" {
		return failed[Upload](fmt.Errorf("list uploads of an object of %q: empty key", bucket))
	}
	paging := opts.Paging.withDefaults(defaultUploadsPage)
	l := uploads(bucket, MultipartUploadsOptions{Paging: paging, Prefix: key})
	l.only = key
	return l.each(ctx, c, paging)
}

// uploads is the listing that both take. The paging of opts has its defaults.
func uploads(bucket string, opts MultipartUploadsOptions) *listing[Upload] {
	return &listing[Upload]{
		what:  fmt.Sprintf("uploads %q", "oss://"+bucket+"/"+opts.Prefix),
		root:  &uploadsAnswer,
		start: position{opts.KeyMarker, opts.UploadIDMarker},
		request: func(from position) *oss.OperationInput {
			return &oss.OperationInput{OpName: "ListMultipartUploads", Method: http.MethodGet, Bucket: &bucket, Parameters: map[string]string{
				"uploads":          "",
				"prefix":           opts.Prefix,
				"delimiter":        opts.Delimiter,
				"key-marker":       from.marker,
				"upload-id-marker": from.uploadID,
				"max-uploads":      strconv.Itoa(opts.PageSize),
				"encoding-type":    "url",
			}}
		},
		verify: verifyBucketAndPrefix(bucket, opts.Prefix),
		entry: func(a *answer, r *row) (Upload, error) {
			if r.kind == prefixRow {
				name, err := commonPrefix(a, r, opts.Prefix, opts.Delimiter)
				return Upload{Key: name}, err
			}
			return uploadOf(a, r)
		},
		place:   func(u Upload) position { return position{u.Key, u.UploadID} },
		compare: strings.Compare,
		prefix:  opts.Prefix,
	}
}

const (
	uploadKey slot = iota + 1
	uploadID
	uploadInitiated
	uploadClass
)

var uploadsAnswer = element{name: "ListMultipartUploadsResult", children: []element{
	{name: "Upload", kind: entryRow, children: []element{
		{name: "Key", slot: uploadKey, required: true},
		{name: "UploadId", slot: uploadID, required: true},
		{name: "Initiated", slot: uploadInitiated, required: true},
		{name: "StorageClass", slot: uploadClass},
	}},
	{name: "CommonPrefixes", kind: prefixRow, children: []element{
		{name: "Prefix", slot: prefixName, required: true},
	}},
	{name: "Bucket", slot: headBucket, required: true},
	{name: "Prefix", slot: headPrefix},
	{name: "KeyMarker", slot: headMarker},
	{name: "EncodingType", slot: headEncoding},
	{name: "IsTruncated", slot: headTruncated, required: true},
	{name: "NextKeyMarker", slot: headNext},
	{name: "NextUploadIdMarker", slot: headNextID},
}}

func uploadOf(a *answer, r *row) (u Upload, err error) {
	if u.Key, u.UploadID, err = a.nameWith(r, uploadKey, uploadID); err != nil {
		return u, err
	}
	if u.UploadID == "" {
		return u, fmt.Errorf("upload of %.256q without id", u.Key)
	}
	if u.Initiated, err = a.time(r, uploadInitiated); err != nil {
		return u, fmt.Errorf("initiation of %.256q: %w", u.Key, err)
	}
	u.StorageClass = a.shared(r, uploadClass)
	return u, nil
}
