package iter

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// PartsOptions are the options of [Parts]. The zero value lists all parts of the upload.
type PartsOptions struct {
	Paging
	Marker int32 // only parts with greater numbers; 0 to 10,000
}

// Part is a stored part of a multipart upload as ListParts describes it.
type Part struct {
	Number       int32     // 1 to 10,000
	ETag         string    // without quotes: the MD5 of the part in upper-case hex
	Size         int64     // in bytes
	LastModified time.Time // UTC, in seconds
	CRC64        uint64    // CRC-64/XZ (ECMA-182 polynomial) of the part; meaningless unless HasCRC64
	HasCRC64     bool      // the service told the CRC-64
}

// Parts lists the parts that are stored for a multipart upload by ListParts, in ascending order of their numbers, which
// may have gaps. An upload without parts gives an empty sequence, an unknown one an error that wraps [ErrNotFound]. An
// empty upload id is an error.
//
// Nothing is sent before the sequence is ranged over. A failure is handed out once, as the last pair, with a zero Part.
// The sequence may be ranged over again, and concurrently unless opts.Cursor is set.
func Parts(ctx context.Context, c Invoker, bucket, key, uploadID string, opts PartsOptions) Seq2[Part, error] {
	what := fmt.Sprintf("parts %q of upload %q", "oss://"+bucket+"/"+key, uploadID)
	if uploadID == "" {
		// The request would be one for the object itself.
		return failed[Part](fmt.Errorf("list %s: empty upload id", what))
	}
	paging := opts.Paging.withDefaults(defaultPartsPage)
	l := &listing[Part]{
		what:  what,
		root:  &partsAnswer,
		start: position{marker: partMarker(opts.Marker)},
		request: func(from position) *oss.OperationInput {
			return &oss.OperationInput{OpName: "ListParts", Method: http.MethodGet, Bucket: &bucket, Key: &key, Parameters: map[string]string{
				"uploadId":           uploadID,
				"part-number-marker": from.marker,
				"max-parts":          strconv.Itoa(paging.PageSize),
			}}
		},
		verify:  func(a *answer) error { return verifyParts(a, bucket, key, uploadID) },
		entry:   partOf,
		place:   func(p Part) position { return position{marker: partMarker(p.Number)} },
		compare: compareDecimals,
	}
	return l.each(ctx, c, paging)
}

const (
	partNumber slot = iota + 1
	partModified
	partETag
	partSize
	partCRC
)

var partsAnswer = element{name: "ListPartsResult", children: []element{
	{name: "Part", kind: entryRow, children: []element{
		{name: "PartNumber", slot: partNumber, required: true},
		{name: "LastModified", slot: partModified, required: true},
		{name: "ETag", slot: partETag, required: true},
		{name: "Size", slot: partSize, required: true},
		{name: "HashCrc64ecma", slot: partCRC},
	}},
	{name: "Bucket", slot: headBucket, required: true},
	{name: "Key", slot: headKey, required: true},
	{name: "UploadId", slot: headUploadID, required: true},
	{name: "EncodingType", slot: headEncoding},
	{name: "IsTruncated", slot: headTruncated, required: true},
	{name: "NextPartNumberMarker", slot: headNext},
}}

func verifyParts(a *answer, bucket, key, uploadID string) error {
	if err := verifyBucket(a, bucket); err != nil {
		return err
	}
	if id := a.text(&a.head, headUploadID); string(id) != uploadID {
		return fmt.Errorf("it is of upload %.64q", id)
	}
	// No encoding is asked for, so a key that XML cannot carry comes back changed. The upload id says enough then.
	if carriedByXML(key) && !a.echoes(headKey, key) {
		return fmt.Errorf("it is of key %.256q", a.text(&a.head, headKey))
	}
	if a.truncated && !a.head.at[headNext].absent() {
		if _, err := a.number(&a.head, headNext, 31); err != nil {
			return fmt.Errorf("marker of the next page: %w", err)
		}
	}
	return nil
}

// carriedByXML tells whether s is the same after a way through XML 1.0.
func carriedByXML(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' || r == '\ufffe' || r == '\uffff'
	})
}

func partOf(a *answer, r *row) (p Part, err error) {
	number, err := a.number(r, partNumber, 31)
	if err != nil || number == 0 {
		return p, fmt.Errorf("part number %.64q", a.text(r, partNumber))
	}
	p.Number = int32(number)
	size, err := a.number(r, partSize, 63)
	if err != nil {
		return p, fmt.Errorf("size of part %d: %w", number, err)
	}
	p.Size = int64(size)
	if p.LastModified, err = a.time(r, partModified); err != nil {
		return p, fmt.Errorf("last modification of part %d: %w", number, err)
	}
	if len(a.text(r, partCRC)) > 0 {
		if p.CRC64, err = a.number(r, partCRC, 64); err != nil {
			return p, fmt.Errorf("CRC-64 of part %d: %w", number, err)
		}
		p.HasCRC64 = true
	}
	p.ETag = unquoted(string(a.text(r, partETag)))
	return p, nil
}

func partMarker(number int32) string { return strconv.Itoa(int(number)) }
