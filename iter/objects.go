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

// ObjectsOptions are the options of [Objects]. The zero value lists all objects of the bucket.
type ObjectsOptions struct {
	Paging
	Prefix string // only keys that start with it

	// Delimiter, if not empty, rolls up all keys that hold it after Prefix into one entry for which IsPrefix is true:
	// the key up to and with the delimiter. "/" lists like a directory.
	Delimiter string

	// Marker leaves out all keys up to and with it.
	Marker string
}

// Object is an object, or a common prefix, as ListObjects (GetBucket) describes it.
type Object struct {
	Key            string    // full key; of a common prefix the prefix with its delimiter
	Size           int64     // in bytes
	ETag           string    // without quotes
	LastModified   time.Time // UTC, in seconds; zero for a common prefix
	Type           string    // Normal, Multipart, Appendable or Symlink
	StorageClass   string    // Standard, IA, Archive, ColdArchive or DeepColdArchive
	Owner          Owner     // zero if the service did not say
	RestoreInfo    string    // like the header x-oss-restore; empty unless restored or being restored
	TransitionTime time.Time // when the object moved to a cold storage class; zero if it did not
}

// Owner is who owns an object. The zero value is an unknown owner.
type Owner struct {
	ID          string
	DisplayName string
}

// IsPrefix tells whether the entry stands for all keys under a common prefix rather than for an object. An object whose
// key ends in the delimiter is no prefix.
func (o Object) IsPrefix() bool { return o.LastModified.IsZero() }

// Objects lists the objects of a bucket by ListObjects (GetBucket), in strictly ascending order of the bytes of their
// keys, common prefixes among them.
//
// Nothing is sent before the sequence is ranged over. A failure is handed out once, as the last pair, with a zero
// Object. Without a failure the sequence is the whole listing: an answer that is not a complete listing of this bucket
// and prefix is an error that wraps [ErrNotListing], never a shorter sequence. The sequence may be ranged over again,
// and concurrently unless opts.Cursor is set.
func Objects(ctx context.Context, c Invoker, bucket string, opts ObjectsOptions) Seq2[Object, error] {
	opts.Paging = opts.Paging.withDefaults(defaultObjectsPage)
	return objects(bucket, opts).each(ctx, c, opts.Paging)
}

// objects is the listing. The paging of opts has its defaults.
//
// It uses version 1 of the call, whose markers are keys: each can be checked to move on, and a Cursor stays good for as
// long as one likes, neither of which the opaque tokens of version 2 offer.
func objects(bucket string, opts ObjectsOptions) *listing[Object] {
	return &listing[Object]{
		what:  fmt.Sprintf("objects %q", "oss://"+bucket+"/"+opts.Prefix),
		root:  &objectsAnswer,
		start: position{marker: opts.Marker},
		request: func(from position) *oss.OperationInput {
			return &oss.OperationInput{OpName: "ListObjects", Method: http.MethodGet, Bucket: &bucket, Parameters: map[string]string{
				"prefix":        opts.Prefix,
				"delimiter":     opts.Delimiter,
				"marker":        from.marker,
				"max-keys":      strconv.Itoa(opts.PageSize),
				"encoding-type": "url",
			}}
		},
		verify: verifyBucketAndPrefix(bucket, opts.Prefix),
		entry: func(a *answer, r *row) (Object, error) {
			if r.kind == prefixRow {
				name, err := commonPrefix(a, r, opts.Prefix, opts.Delimiter)
				return Object{Key: name}, err
			}
			return objectOf(a, r)
		},
		place:   func(o Object) position { return position{marker: o.Key} },
		compare: strings.Compare,
		prefix:  opts.Prefix,
	}
}

const (
	objectKey slot = iota + 1
	objectModified
	objectETag
	objectType
	objectSize
	objectClass
	objectOwner
	objectOwnerName
	objectRestore
	objectMoved
)

var objectsAnswer = element{name: "ListBucketResult", children: []element{
	{name: "Contents", kind: entryRow, children: []element{
		{name: "Key", slot: objectKey, required: true},
		{name: "LastModified", slot: objectModified, required: true},
		{name: "ETag", slot: objectETag, required: true},
		{name: "Type", slot: objectType, required: true},
		{name: "Size", slot: objectSize, required: true},
		{name: "StorageClass", slot: objectClass, required: true},
		{name: "Owner", children: []element{
			{name: "ID", slot: objectOwner},
			{name: "DisplayName", slot: objectOwnerName},
		}},
		{name: "RestoreInfo", slot: objectRestore},
		{name: "TransitionTime", slot: objectMoved},
	}},
	{name: "CommonPrefixes", kind: prefixRow, children: []element{
		{name: "Prefix", slot: prefixName, required: true},
	}},
	{name: "Name", slot: headBucket, required: true},
	{name: "Prefix", slot: headPrefix},
	{name: "Marker", slot: headMarker},
	{name: "EncodingType", slot: headEncoding},
	{name: "IsTruncated", slot: headTruncated, required: true},
	{name: "NextMarker", slot: headNext},
	{name: "KeyCount", slot: headCount},
}}

func objectOf(a *answer, r *row) (o Object, err error) {
	if o.Key, o.ETag, err = a.nameWith(r, objectKey, objectETag); err != nil {
		return o, err
	}
	o.ETag = unquoted(o.ETag)
	size, err := a.number(r, objectSize, 63)
	if err != nil {
		return o, fmt.Errorf("size of %.256q: %w", o.Key, err)
	}
	o.Size = int64(size)
	if o.LastModified, err = a.time(r, objectModified); err != nil {
		return o, fmt.Errorf("last modification of %.256q: %w", o.Key, err)
	}
	if len(a.text(r, objectMoved)) > 0 {
		if o.TransitionTime, err = a.time(r, objectMoved); err != nil {
			return o, fmt.Errorf("transition of %.256q: %w", o.Key, err)
		}
	}
	o.Type = a.shared(r, objectType)
	o.StorageClass = a.shared(r, objectClass)
	o.Owner = Owner{ID: a.shared(r, objectOwner), DisplayName: a.shared(r, objectOwnerName)}
	o.RestoreInfo = a.shared(r, objectRestore)
	return o, nil
}
