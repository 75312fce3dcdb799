package iter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// BucketsOptions are the options of [Buckets]. The zero value lists all buckets of the account.
type BucketsOptions struct {
	Paging
	Prefix string // only buckets whose names start with it
	Marker string // only buckets whose names sort after it
}

// Bucket is a bucket as ListBuckets (GetService) describes it.
type Bucket struct {
	Name             string
	Location         string // such as oss-cn-hangzhou
	Region           string // such as cn-hangzhou; may be empty
	StorageClass     string
	ExtranetEndpoint string // host name without scheme
	IntranetEndpoint string
	ResourceGroupID  string    // may be empty
	Created          time.Time // UTC, in seconds
}

// Buckets lists the buckets of the account in all regions by ListBuckets (GetService), in ascending order of their
// names.
//
// Nothing is sent before the sequence is ranged over. A failure is handed out once, as the last pair, with a zero
// Bucket. The sequence may be ranged over again, and concurrently unless opts.Cursor is set.
func Buckets(ctx context.Context, c Invoker, opts BucketsOptions) Seq2[Bucket, error] {
	paging := opts.Paging.withDefaults(defaultBucketsPage)
	l := &listing[Bucket]{
		what:  "buckets",
		root:  &bucketsAnswer,
		start: position{marker: opts.Marker},
		request: func(from position) *oss.OperationInput {
			return &oss.OperationInput{OpName: "ListBuckets", Method: http.MethodGet, Parameters: map[string]string{
				"prefix":   opts.Prefix,
				"marker":   from.marker,
				"max-keys": strconv.Itoa(paging.PageSize),
			}}
		},
		verify: func(a *answer) error {
			if a.head.at[headOwner].absent() && a.head.at[headBuckets].absent() {
				return errors.New("neither owner nor buckets")
			}
			if a.head.at[headPrefix].absent() {
				return nil // left out, as IsTruncated is, when the service sees nothing to page
			}
			return verifyPrefix(a, opts.Prefix)
		},
		entry:   bucketOf,
		place:   func(b Bucket) position { return position{marker: b.Name} },
		compare: strings.Compare,
		prefix:  opts.Prefix,
	}
	if opts.Prefix != "" {
		l.what = fmt.Sprintf("buckets %q", opts.Prefix)
	}
	return l.each(ctx, c, paging)
}

const (
	bucketName slot = iota + 1
	bucketLocation
	bucketCreated
	bucketClass
	bucketExtranet
	bucketIntranet
	bucketRegion
	bucketGroup
)

var bucketsAnswer = element{name: "ListAllMyBucketsResult", children: []element{
	{name: "Prefix", slot: headPrefix},
	{name: "IsTruncated", slot: headTruncated},
	{name: "NextMarker", slot: headNext},
	{name: "Owner", slot: headOwner, children: []element{}},
	{name: "Buckets", slot: headBuckets, children: []element{
		{name: "Bucket", kind: entryRow, children: []element{
			{name: "Name", slot: bucketName, required: true},
			{name: "Location", slot: bucketLocation, required: true},
			{name: "CreationDate", slot: bucketCreated, required: true},
			{name: "StorageClass", slot: bucketClass},
			{name: "ExtranetEndpoint", slot: bucketExtranet},
			{name: "IntranetEndpoint", slot: bucketIntranet},
			{name: "Region", slot: bucketRegion},
			{name: "ResourceGroupId", slot: bucketGroup},
		}},
	}},
}}

func bucketOf(a *answer, r *row) (b Bucket, err error) {
	b = Bucket{
		Name:             string(a.text(r, bucketName)),
		Location:         a.shared(r, bucketLocation),
		Region:           a.shared(r, bucketRegion),
		StorageClass:     a.shared(r, bucketClass),
		ExtranetEndpoint: a.shared(r, bucketExtranet),
		IntranetEndpoint: a.shared(r, bucketIntranet),
		ResourceGroupID:  a.shared(r, bucketGroup),
	}
	b.Created, err = a.time(r, bucketCreated)
	return b, err
}
